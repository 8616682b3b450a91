import { messageFilterFields as fields } from "#app/domain/messaging/trail-schema.ts";
import { orEmpty } from "./or-empty.server.ts";

/** The filters of the list of messages, as its page and what is downloaded from there have them in their URL. */
export const messageFilterQuery = {
  status: orEmpty(fields.status),
  handling: orEmpty(fields.handling),
  type: orEmpty(fields.type),
  kind: orEmpty(fields.kind),
  priority: orEmpty(fields.priority),
  from: orEmpty(fields.from),
  to: orEmpty(fields.to),
  either: orEmpty(fields.either),
  correlationId: orEmpty(fields.correlationId),
  text: orEmpty(fields.text),
  window: orEmpty(fields.window),
  since: orEmpty(fields.since),
  until: orEmpty(fields.until),
};
