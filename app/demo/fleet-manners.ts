import type { FleetMember, IncomingMessage, Intent } from "./fleet-members.ts";

/** Whether a person wrote it. */
export const isFromPerson = ({ senderId }: IncomingMessage): boolean => senderId.startsWith("mem_");

/** The question that nobody waits for any more, when the message says so. */
export const cancelledQuestion = ({ type, payload, replyTo }: IncomingMessage): string | undefined =>
  type === "status_update" && payload.status === "cancelled" ? (replyTo ?? undefined) : undefined;

/**
 * What any agent of the fleet says to a person who has resolved its escalation or has replied to it;
 * undefined for what is to be answered as an agent's message is. No person of the demo answers to
 * these by itself, so that nothing goes on for ever.
 */
export function answerPerson(agent: FleetMember, message: IncomingMessage): Intent[] | undefined {
  if (message.type !== "status_update" && message.type !== "data_response") return undefined;
  const { status, taskId } = message.payload;
  const detail =
    message.type === "data_response"
      ? "Thank you, that is what I needed. Going on with it."
      : status === "resolved"
        ? "Thank you. I have seen that it is resolved and go on with my work."
        : "Thank you, noted. I take it from here.";
  return [
    {
      from: agent,
      to: message.senderId,
      type: "status_update",
      payload: { ...(typeof taskId === "string" && { taskId }), status: "thank you", detail },
      correlationId: message.correlationId,
      replyTo: message.id,
      isForPerson: true,
      thinkMs: 800,
    },
  ];
}
