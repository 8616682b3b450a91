import type { ReplyType } from "#app/domain/messaging/compose-schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";

/** What answers a message of this type. */
export const replyTypeFor = (message: Pick<MessageView, "type">): ReplyType =>
  message.type === "data_request" ? "data_response" : "status_update";

/** The task that a message is about, where it names one. */
export function taskIdOf({ payload }: MessageView): string | undefined {
  return "taskId" in payload ? payload.taskId : undefined;
}
