import { Link } from "@remix-run/react";
import { Lock } from "lucide-react";
import type { HoldList, HoldView } from "#app/domain/retention/schema.ts";
import { conversationPath } from "../conversation/conversation-path.ts";
import { HoldControl } from "../holds/hold-control.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";

/** What is kept whatever retention and erasure would do. */
export function HoldsPanel({ holds, nextCursor }: HoldList) {
  return (
    <Panel
      title="Holds"
      description="Kept until somebody releases them, whatever retention and erasure would do."
      flush
    >
      {holds.length === 0 ? (
        <EmptyState icon={Lock} title="Nothing is on hold" className="!py-8">
          A message or a conversation is put on hold where it is shown.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {holds.map((hold) => (
            <Hold key={hold.id} hold={hold} />
          ))}
        </ul>
      )}
      {nextCursor && (
        <div className="border-t px-4 py-2.5 sm:px-5">
          <ButtonLink to={`?holds=${nextCursor}`} size="sm" preventScrollReset>
            Older holds
          </ButtonLink>
        </div>
      )}
    </Panel>
  );
}

function Hold({ hold }: { hold: HoldView }) {
  const { messageId, correlationId, reason, placedBy, placedAt } = hold;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-sm font-medium [overflow-wrap:anywhere]">{reason}</p>
        <p className="mt-0.5 text-xs text-ink-muted [overflow-wrap:anywhere]">
          <Link
            to={conversationPath(correlationId, messageId ?? undefined)}
            className="text-accent-ink hover:underline"
          >
            {messageId === null ? "Conversation" : "Message"} in {correlationId}
          </Link>{" "}
          · {placedBy?.name ?? "Somebody"}, <RelativeTime at={placedAt} />
        </p>
      </div>
      <HoldControl target={messageId === null ? { correlationId } : { messageId }} holds={[hold]} />
    </li>
  );
}
