import { type Form, Link } from "@remix-run/react";
import { CornerDownRight } from "lucide-react";
import { type ComponentProps, type ComponentType, useEffect, useRef, useState } from "react";
import type { Recipients } from "#app/domain/messaging/compose-schema.ts";
import { fieldsOfType, ttlChoices } from "#app/domain/messaging/compose-schema.ts";
import type { MessageType, MessageView } from "#app/domain/messaging/schema.ts";
import { keysOf } from "../agents/agent-words.ts";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import {
  priorities as priorityWords,
  summaryOf,
  messageTypes as typeWords,
} from "../messages/message-words.ts";
import { SelectField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { composeAction, composePath } from "./compose-path.ts";
import { RecipientPicker } from "./recipient-picker.tsx";
import { replyTypeFor, taskIdOf } from "./reply-type.ts";
import { sendOnModEnter } from "./send-keys.ts";
import { TypeFields } from "./type-fields.tsx";

/** What the server gives the form to begin with. */
export interface ComposeData {
  recipients: Recipients;
  to: string | null;
  type: MessageType | null;
  repliedTo: MessageView | null;
  /** Makes two posts of the form one message. */
  sendKey: string;
}

interface ComposeFormProps {
  data: ComposeData;
  problem: FormProblem | undefined;
  /** Remix's own, or a fetcher's. */
  as: ComponentType<ComponentProps<typeof Form>>;
  formId: string;
}

const messageTypes = keysOf(typeWords);
const envelopeFields = ["recipientId", "type", "priority", "ttl"];

/** A new message or a whole answer: whom it is for, its type with that type's fields, how urgent it is. */
export function ComposeForm({ data, problem, as: FormElement, formId }: ComposeFormProps) {
  const { recipients, repliedTo } = data;
  const to = data.to ?? (repliedTo?.sender.kind === "agent" ? repliedTo.sender.id : null);
  const [type, setType] = useState<MessageType>(
    data.type ?? (repliedTo === null ? "task_handoff" : replyTypeFor(repliedTo)),
  );
  const form = useRef<HTMLFormElement>(null);
  const general = generalErrorOf(problem, [...envelopeFields, ...fieldsOfType[type]]);
  useEffect(() => {
    if (problem !== undefined) form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
  }, [problem]);

  return (
    <FormElement
      ref={form}
      id={formId}
      method="post"
      action={composeAction}
      onKeyDown={sendOnModEnter}
      className="space-y-5"
    >
      {general && <Notice tone="bad">{general}</Notice>}
      <div hidden>
        <input type="hidden" name="key" value={data.sendKey} />
      </div>
      {repliedTo !== null && <Answered message={repliedTo} />}
      <RecipientPicker
        recipients={recipients}
        initialId={to}
        error={errorOf(problem, "recipientId")}
        autoFocus={to === null}
      />
      <div className="needs-script">
        <SelectField
          label="Type"
          name="type"
          value={type}
          onChange={({ target }) => setType(messageTypes.find((one) => one === target.value) ?? type)}
          error={errorOf(problem, "type")}
        >
          {messageTypes.map((one) => (
            <option key={one} value={one}>
              {typeWords[one].label}
            </option>
          ))}
        </SelectField>
      </div>
      <noscript>
        <OtherTypes type={type} to={data.to ?? undefined} replyTo={repliedTo?.id} />
      </noscript>
      <TypeFields
        key={type}
        type={type}
        problem={problem}
        taskId={repliedTo === null ? undefined : taskIdOf(repliedTo)}
        requestId={repliedTo?.type === "data_request" ? repliedTo.id : undefined}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField
          label="Priority"
          name="priority"
          defaultValue="normal"
          error={errorOf(problem, "priority")}
        >
          {keysOf(priorityWords).map((one) => (
            <option key={one} value={one}>
              {priorityWords[one].label}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Waits for"
          name="ttl"
          defaultValue=""
          error={errorOf(problem, "ttl")}
          hint="Unread after that, it expires."
        >
          {ttlChoices.map(({ seconds, label }) => (
            <option key={label} value={seconds}>
              {label}
            </option>
          ))}
        </SelectField>
      </div>
    </FormElement>
  );
}

function Answered({ message }: { message: MessageView }) {
  return (
    <div className="flex items-start gap-2 rounded bg-sunken px-3 py-2 text-sm text-ink-muted">
      <CornerDownRight aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-ink-faint" />
      <p className="line-clamp-3 min-w-0 [overflow-wrap:anywhere]">
        In reply to {message.sender.name}: {summaryOf(message)}
      </p>
      <input type="hidden" name="replyTo" value={message.id} />
    </div>
  );
}

/** Without JavaScript each type is a page of its own. */
function OtherTypes({
  type,
  to,
  replyTo,
}: {
  type: MessageType;
  to: string | undefined;
  replyTo: string | undefined;
}) {
  return (
    <nav aria-label="Type" className="text-sm">
      <p className="mb-1.5 font-medium">{typeWords[type].label}. Write it as:</p>
      <ul className="flex flex-wrap gap-x-4 gap-y-1">
        {messageTypes
          .filter((one) => one !== type)
          .map((one) => (
            <li key={one}>
              <Link to={composePath({ to, replyTo, type: one })} className="text-accent-ink underline">
                {typeWords[one].label}
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}
