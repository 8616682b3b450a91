import type { MessageView } from "#app/domain/messaging/schema.ts";
import { Badge, tintOf } from "../primitives/badge.tsx";
import { cx } from "../primitives/cx.ts";
import {
  deliveryStatuses,
  handlings,
  messageTypes,
  priorities,
  severities,
  toneOf,
} from "./message-words.ts";

/** The tile that stands for a message's type, in the colour of its meaning. */
export function TypeTile({ message, className }: { message: MessageView; className?: string }) {
  const { icon: Icon } = messageTypes[message.type];
  return (
    <span
      aria-hidden="true"
      className={cx(
        "grid size-8 shrink-0 place-items-center rounded ring-1 ring-inset ring-ink/[0.06]",
        tintOf(toneOf(message)),
        className,
      )}
    >
      <Icon className="size-4" strokeWidth={1.85} />
    </span>
  );
}

/**
 * What is out of the ordinary about a message: nothing for one that was delivered, at normal priority,
 * and waits or was handled. `always` shows the delivery and the handling whatever they are.
 */
export function MessageBadges({ message, always = false }: { message: MessageView; always?: boolean }) {
  const delivery = deliveryStatuses[message.status];
  const handling = handlings[message.handling];
  const priority = priorities[message.priority];
  return (
    <>
      {message.type === "escalation" && message.erasedAt === null && (
        <Badge tone={severities[message.payload.severity].tone}>
          {severities[message.payload.severity].label}
        </Badge>
      )}
      {priority.marked && (
        <Badge tone={priority.tone} icon={<priority.icon aria-hidden="true" />}>
          {priority.marked}
        </Badge>
      )}
      {(always || message.status !== "delivered") && (
        <Badge tone={delivery.tone} icon={<delivery.icon aria-hidden="true" />}>
          {delivery.label}
        </Badge>
      )}
      {(always ? isHandled(message) : isRemarkable(message)) && (
        <Badge tone={handling.tone} icon={<handling.icon aria-hidden="true" />}>
          {handling.label}
        </Badge>
      )}
    </>
  );
}

/** Somebody works on it, or nobody will. */
const isRemarkable = ({ handling }: MessageView): boolean => handling === "leased" || handling === "dead";

/** What never reached its recipient, or came too late, waits for nobody. */
const isHandled = ({ status, handling }: MessageView): boolean =>
  handling !== "unread" || !["blocked", "expired", "failed"].includes(status);

/** Whether `MessageBadges` would show anything. */
export const hasBadges = (message: MessageView): boolean =>
  (message.type === "escalation" && message.erasedAt === null) ||
  priorities[message.priority].marked !== undefined ||
  message.status !== "delivered" ||
  isRemarkable(message);
