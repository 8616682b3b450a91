import { Link, useFetcher } from "@remix-run/react";
import { Send } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { replyTypes } from "#app/domain/messaging/compose-schema.ts";
import type { MessageView, Party } from "#app/domain/messaging/schema.ts";
import { newUuid } from "#db/ids.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { messageTypes } from "../messages/message-words.ts";
import { Button } from "../primitives/button.tsx";
import { SelectField, TextArea } from "../primitives/field.tsx";
import { Kbd } from "../primitives/kbd.tsx";
import { Notice } from "../primitives/notice.tsx";
import { useIsMac } from "../shell/use-is-mac.ts";
import { useOnAnswer } from "../use-on-answer.ts";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { composeAction, composePath } from "./compose-path.ts";
import { replyTypeFor, taskIdOf } from "./reply-type.ts";
import { sendOnModEnter } from "./send-keys.ts";

interface ReplyBoxProps {
  /** The agent that it goes to. */
  to: Party;
  correlationId: string;
  /** The message that it answers, where there is one of this agent's. */
  message: MessageView | undefined;
  /** Beside the type, such as another choice of whom it goes to. */
  children?: ReactNode;
}

/** A few words to an agent, in the conversation. What needs more than words has the whole form. */
export function ReplyBox({ to, correlationId, message, children }: ReplyBoxProps) {
  const fetcher = useFetcher<{ messageId?: string }>();
  const form = useRef<HTMLFormElement>(null);
  const isMac = useIsMac();
  const [key, renewKey] = useSendKey();
  useOutcomeToast(fetcher.data);
  const problem = toFormProblem(fetcher.data);
  const general = generalErrorOf(problem, ["text", "type"]);
  const [type, setType] = useState<string>();
  const suggested = message === undefined ? "status_update" : replyTypeFor(message);

  useOnAnswer(fetcher.data, ({ messageId }) => {
    if (messageId === undefined) return;
    renewKey();
    form.current?.reset();
    setType(undefined);
  });

  return (
    <fetcher.Form
      ref={form}
      method="post"
      action={composeAction}
      aria-label={`Reply to ${to.name}`}
      onKeyDown={sendOnModEnter}
      className="space-y-3"
    >
      {general && <Notice tone="bad">{general}</Notice>}
      <div hidden>
        <input type="hidden" name="recipientId" value={to.id} />
        <input type="hidden" name="correlationId" value={correlationId} />
        {message !== undefined && <input type="hidden" name="replyTo" value={message.id} />}
        {message?.type === "data_request" && <input type="hidden" name="requestId" value={message.id} />}
        {message !== undefined && <input type="hidden" name="taskId" value={taskIdOf(message) ?? ""} />}
        {/* Without JavaScript there is no key, and the page that comes next is the conversation. */}
        {key !== undefined && <input type="hidden" name="key" value={key} />}
        {key !== undefined && <input type="hidden" name="inPlace" value="on" />}
      </div>
      <TextArea
        label={`Reply to ${to.name}`}
        name="text"
        required
        rows={3}
        maxLength={20_000}
        hideLabel
        placeholder={`Reply to ${to.name}`}
        error={errorOf(problem, "text")}
      />
      <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
        {children}
        <SelectField
          label="Reply as"
          name="type"
          hideLabel
          value={type ?? suggested}
          onChange={({ target }) => setType(target.value)}
          error={errorOf(problem, "type")}
          className="w-40"
        >
          {replyTypes.map((one) => (
            <option key={one} value={one}>
              {messageTypes[one].label}
            </option>
          ))}
        </SelectField>
        <Link
          to={composePath({ to: to.id, replyTo: message?.id })}
          className="inline-flex min-h-10 items-center rounded-sm text-sm text-ink-muted underline underline-offset-2 hover:text-ink sm:min-h-9"
        >
          All fields
        </Link>
        <span className="ml-auto flex items-center gap-3">
          <span className="needs-script hidden items-center gap-1 text-xs text-ink-muted md:flex">
            <Kbd>{isMac ? "⌘" : "Ctrl"}</Kbd> <Kbd>Enter</Kbd>
          </span>
          <Button
            type="submit"
            variant="primary"
            icon={<Send className="size-4" />}
            busy={fetcher.state !== "idle"}
            className="sm:!h-9"
          >
            Send
          </Button>
        </span>
      </div>
    </fetcher.Form>
  );
}

/** One key a message, so that one that is posted twice is sent once; another after it was sent. */
function useSendKey(): [key: string | undefined, renew: () => void] {
  const [key, setKey] = useState<string>();
  const renew = useCallback(() => setKey(newUuid()), []);
  useEffect(renew, [renew]);
  return [key, renew];
}
