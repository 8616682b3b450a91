import type { Party } from "#app/domain/messaging/schema.ts";
import { PartyName } from "../messages/party-name.tsx";
import { Avatar } from "../primitives/avatar.tsx";
import { cx } from "../primitives/cx.ts";

const kinds: Record<Party["kind"], string> = { agent: "Agent", member: "Person", desk: "Desk" };

/** Who wrote and who was written to, in the order they came in. */
export function Participants({ participants }: { participants: readonly Party[] }) {
  return (
    <ul className="space-y-3">
      {participants.map((party) => (
        <li key={party.id} className="flex min-w-0 items-center gap-2.5 text-sm">
          <Avatar name={party.name} round={party.kind === "member"} className="!size-7" />
          <span className="min-w-0 flex-1 truncate">
            <PartyName party={party} />
          </span>
          <span className="text-xs text-ink-faint">{kinds[party.kind]}</span>
        </li>
      ))}
    </ul>
  );
}

/** The same in a few lines, where there is no room beside the timeline. */
export function ParticipantStrip({
  participants,
  className,
}: {
  participants: readonly Party[];
  className?: string;
}) {
  return (
    <ul aria-label="Participants" className={cx("flex flex-wrap gap-x-4 gap-y-2", className)}>
      {participants.map((party) => (
        <li key={party.id} className="flex min-w-0 items-center gap-2 text-sm">
          <Avatar name={party.name} round={party.kind === "member"} className="!size-6 !text-[0.5625rem]" />
          <span className="min-w-0 truncate py-1">
            <PartyName party={party} />
          </span>
        </li>
      ))}
    </ul>
  );
}
