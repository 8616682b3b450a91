/**
 * A message as a form has it: every field a text, those of the payload side by side with those of the
 * envelope, and what is wrong said of the field that a person sees.
 */
import { z } from "zod";
import { parseId } from "#db/ids.ts";
import { fieldsOfType } from "./compose-schema.ts";
import { idempotencyKeySchema, messageTypes, type SendMessage, sendMessageSchema } from "./schema.ts";

const text = z.string().optional();

const formFields = z.strictObject({
  recipientId: z
    .string()
    .refine((value) => parseId(value, "agt") !== undefined, "Choose the agent that it is for"),
  type: z.enum(messageTypes),
  priority: text,
  ttl: text,
  correlationId: text,
  replyTo: text,
  /** Makes a form that is posted twice one message. */
  key: idempotencyKeySchema.or(z.literal("")).optional(),
  /** The page stays where it is. */
  inPlace: text,
  /** In place of a type's own fields, for a short reply. */
  text,
  description: text,
  taskId: text,
  taskPriority: text,
  dueDate: text,
  context: text,
  status: text,
  detail: text,
  progress: text,
  query: text,
  dataSource: text,
  format: text,
  data: text,
  requestId: text,
  reason: text,
  severity: text,
});
type FormFields = z.output<typeof formFields>;
export type ComposeField = keyof FormFields;

export interface ComposedMessage {
  send: SendMessage;
  idempotencyKey: string | null;
  inPlace: boolean;
}

/** Where the form calls something otherwise than the message. */
const formNames: Record<string, ComposeField> = { ttlSeconds: "ttl" };

/** A posted form as a send; issues carry the names of the form's fields. */
export const composeFormSchema = formFields.transform((fields, context): ComposedMessage => {
  const fail = (path: ComposeField, message: string): never => {
    context.addIssue({ code: "custom", path: [path], message });
    return z.NEVER;
  };
  const main = fields.text === undefined ? fieldsOfType[fields.type][0] : "text";
  let payload: Record<string, unknown>;
  try {
    payload = payloadOf(fields);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return fail(error.field === "data" ? main : error.field, "is not valid JSON");
  }
  const result = sendMessageSchema.safeParse({
    recipientId: fields.recipientId,
    type: fields.type,
    payload,
    correlationId: fields.correlationId || undefined,
    replyTo: fields.replyTo || undefined,
    priority: fields.priority || undefined,
    ttlSeconds: numberOf(fields.ttl),
  });
  if (result.success)
    return {
      send: result.data,
      idempotencyKey: fields.key || null,
      inPlace: fields.inPlace === "on",
    };
  for (const issue of result.error.issues) {
    const field = fieldOf(issue.path, fields, main);
    const isMissing = field in fields && !fields[field as ComposeField]?.trim();
    context.addIssue({
      code: "custom",
      path: [field],
      message: isMissing ? "must not be empty" : issue.message,
    });
  }
  return z.NEVER;
});

/** The form's field that an issue of the message is about. */
function fieldOf(path: readonly PropertyKey[], { type }: FormFields, main: string): string {
  const [head, inner] = path.map(String);
  if (head !== "payload") return formNames[head ?? ""] ?? head ?? "body";
  if (inner === undefined) return main;
  if (type === "task_handoff" && inner === "priority") return "taskPriority";
  // A short reply's text is a status update's detail, and any other type's main field.
  const isMain = inner === fieldsOfType[type][0] || (inner === "detail" && main === "text");
  return isMain ? main : inner;
}

class NotJson extends Error {
  override readonly name = "NotJson";
  readonly field: "context" | "data";
  constructor(field: "context" | "data", cause: unknown) {
    super(`${field} is not JSON`, { cause });
    this.field = field;
  }
}

function jsonOf(field: "context" | "data", value: string): unknown {
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new NotJson(field, cause);
  }
}

const given = (value: string | undefined): string | undefined => (value?.trim() ? value : undefined);
const numberOf = (value: string | undefined): number | undefined =>
  given(value) === undefined ? undefined : Number(value);

function payloadOf(fields: FormFields): Record<string, unknown> {
  const context = given(fields.context);
  const contextValue = context === undefined ? undefined : jsonOf("context", context);
  switch (fields.type) {
    case "task_handoff":
      return {
        taskId: fields.taskId ?? "",
        description: (fields.text ?? fields.description ?? "").trim(),
        priority: given(fields.taskPriority) ?? "medium",
        dueDate: given(fields.dueDate),
        context: contextValue,
      };
    case "status_update":
      return {
        taskId: given(fields.taskId),
        // A short reply is a text, which a status is not.
        ...(fields.text === undefined
          ? { status: (fields.status ?? "").trim(), detail: given(fields.detail) }
          : { status: "reply", detail: fields.text.trim() }),
        progress: numberOf(fields.progress),
      };
    case "data_request":
      return {
        query: (fields.text ?? fields.query ?? "").trim(),
        dataSource: given(fields.dataSource),
        format: given(fields.format),
      };
    case "data_response":
      return dataResponse(fields);
    case "escalation":
      return {
        reason: (fields.text ?? fields.reason ?? "").trim(),
        severity: given(fields.severity) ?? "medium",
        taskId: given(fields.taskId),
        context: contextValue,
      };
  }
}

/** Data is taken for text unless the form says that it is JSON or a table. */
function dataResponse(fields: FormFields): Record<string, unknown> {
  const format = given(fields.format) ?? "text";
  const data = given((fields.text ?? fields.data ?? "").trim());
  return {
    requestId: given(fields.requestId),
    data: data === undefined || format === "text" ? data : jsonOf("data", data),
    format,
  };
}
