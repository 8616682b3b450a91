import { useId } from "react";
import type { MessageView, Party } from "#app/domain/messaging/schema.ts";
import { ReplyBox } from "./reply-box.tsx";

/** Whom a reply goes to: the agent that wrote, else the one that was written to. */
export const replyPartner = ({ sender, recipient }: MessageView): Party | undefined =>
  [sender, recipient].find(({ kind }) => kind === "agent");

/** The reply box under one message. There is none where no agent would get it, or nobody got the message. */
export function ReplyToMessage({ message }: { message: MessageView }) {
  const titleId = useId();
  const partner = replyPartner(message);
  if (partner === undefined || message.sequence === null) return null;
  return (
    <section aria-labelledby={titleId} className="mt-6 border-t pt-5">
      <h3 id={titleId} className="mb-2 text-sm font-medium">
        Reply to {partner.name}
      </h3>
      <ReplyBox to={partner} correlationId={message.correlationId} message={message} />
    </section>
  );
}
