import { useNavigation } from "@remix-run/react";
import { SearchX } from "lucide-react";
import type { MemberView } from "#app/domain/auth/member-schema.ts";
import type { SessionView } from "#app/domain/auth/session-schema.ts";
import { Drawer } from "../primitives/drawer.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { MemberDetail } from "./member-detail.tsx";

interface MemberDrawerProps {
  isOpen: boolean;
  /** Once they are known. */
  chosen: { member: MemberView; sessions: SessionView[] } | undefined;
  viewerId: string;
  onClose: () => void;
}

/** One member beside the list: their role, their sessions, the end of their membership. */
export function MemberDrawer({ isOpen, chosen, viewerId, onClose }: MemberDrawerProps) {
  return (
    <Drawer open={isOpen} onClose={onClose} title={chosen?.member.name ?? "Member"}>
      {chosen ? (
        <MemberDetail
          key={chosen.member.id}
          {...chosen}
          isYou={chosen.member.id === viewerId}
          onRemoved={onClose}
        />
      ) : (
        <Missing />
      )}
    </Drawer>
  );
}

/** Being looked for, or gone. */
function Missing() {
  if (useNavigation().state === "idle")
    return (
      <EmptyState icon={SearchX} title="Nobody here">
        This person is not, or no longer, a member of your organisation.
      </EmptyState>
    );
  return (
    <div aria-busy="true" className="space-y-3">
      <Skeleton className="h-10 w-64" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-4 w-2/3" />
    </div>
  );
}
