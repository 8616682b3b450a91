import { useId, useState } from "react";
import type { MessageView, Party } from "#app/domain/messaging/schema.ts";
import { ReplyBox } from "../compose/reply-box.tsx";
import { replyPartner } from "../compose/reply-to-message.tsx";
import { SelectField } from "../primitives/field.tsx";
import type { ThreadPart } from "./thread-state.ts";

interface ConversationReplyProps {
  part: ThreadPart;
  correlationId: string;
}

/** Takes part in the conversation: a reply to one of its agents, at first to the one that spoke last. */
export function ConversationReply({ part, correlationId }: ConversationReplyProps) {
  const titleId = useId();
  const [chosenId, setChosenId] = useState<string>();
  const agents = part.participants.filter(({ kind }) => kind === "agent");
  const last = part.messages.findLast((message) => message.sequence !== null);
  const suggested = (last && replyPartner(last)) ?? agents[0];
  const to = agents.find(({ id }) => id === chosenId) ?? suggested;
  if (to === undefined) return null;
  return (
    <section aria-labelledby={titleId} className="mt-2 rounded-lg border bg-surface p-4">
      <h2 id={titleId} className="sr-only">
        Reply
      </h2>
      <ReplyBox to={to} correlationId={correlationId} message={lastOf(part.messages, to)}>
        {agents.length > 1 && (
          <div className="needs-script">
            <SelectField
              label="Reply to"
              name=""
              hideLabel
              value={to.id}
              onChange={({ target }) => setChosenId(target.value)}
              className="w-44"
            >
              {agents.map(({ id, name }) => (
                <option key={id} value={id}>
                  To {name}
                </option>
              ))}
            </SelectField>
          </div>
        )}
      </ReplyBox>
    </section>
  );
}

/** The last message that an agent wrote, else the last that it got; none that went to a person. */
function lastOf(messages: readonly MessageView[], { id }: Party): MessageView | undefined {
  const reached = messages.filter((message) => message.sequence !== null);
  return (
    reached.findLast((message) => message.senderId === id) ??
    reached.findLast((message) => message.recipientId === id)
  );
}
