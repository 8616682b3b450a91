import { useNavigation, useRevalidator } from "@remix-run/react";
import { Inbox, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { MessageDetail } from "../messages/message-detail.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { Drawer } from "../primitives/drawer.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { MessageHistoryPanel } from "./message-history.tsx";

interface MessageDrawerProps {
  isOpen: boolean;
  /** Once it is known. */
  message: MessageView | undefined;
  onClose: () => void;
  hrefOf: (messageId: string) => string;
  /** What else can be done with it. */
  actions?: ReactNode;
}

/** One message beside the list it was found in, and the ways on from it. */
export function MessageDrawer({ isOpen, message, onClose, hrefOf, actions }: MessageDrawerProps) {
  return (
    <Drawer
      open={isOpen}
      onClose={onClose}
      title="Message"
      footer={
        // What was blocked is in nobody's inbox.
        message &&
        message.sequence !== null && (
          <>
            <ButtonLink
              to={`/dashboard/inbox?agent=${message.recipientId}&message=${message.id}`}
              icon={<Inbox className="size-4" />}
            >
              Open in inbox
            </ButtonLink>
            {actions}
          </>
        )
      }
    >
      {message ? (
        <>
          <MessageDetail key={message.id} message={message} hrefOf={hrefOf} />
          <MessageHistoryPanel key={`history-${message.id}`} messageId={message.id} />
        </>
      ) : (
        <Missing />
      )}
    </Drawer>
  );
}

/** Being looked for, or not to be found. */
function Missing() {
  const navigation = useNavigation();
  const revalidator = useRevalidator();
  if (navigation.state === "idle" && revalidator.state === "idle")
    return (
      <EmptyState icon={SearchX} title="Nothing here">
        This message does not exist, or is not yours to see.
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
