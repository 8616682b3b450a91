import { useFetcher } from "@remix-run/react";
import { Check, Hand, Undo2 } from "lucide-react";
import { type ReactNode, useId } from "react";
import type { EscalationView } from "#app/domain/messaging/escalation-schema.ts";
import { sendOnModEnter } from "../compose/send-keys.ts";
import { errorOf, type FormProblem, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { TextArea } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface EscalationActionsProps {
  escalation: EscalationView;
  viewerId: string;
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
}

/** What one can do about an escalation: take it (over), hand it back, resolve it with a note. */
export function EscalationActions({ escalation, viewerId, answer }: EscalationActionsProps) {
  const { state, holder, isExpired, message } = escalation;
  const move = useFetcher();
  const resolve = useFetcher();
  useOutcomeToast(move.data);
  useOutcomeToast(resolve.data);
  const problem = toFormProblem(resolve.data) ?? toFormProblem(answer);
  const refusal = generalErrorOf(toFormProblem(move.data) ?? problem, ["resolution"]);
  if (state === "resolved") return refusal ? <Notice tone="warn">{refusal}</Notice> : null;

  const isMine = holder?.id === viewerId;
  const isFree = state === "open" || holder === null;
  return (
    <div className="space-y-4">
      {refusal && <Notice tone="warn">{refusal}</Notice>}
      {isExpired && (
        <Notice tone="warn">
          Its time has passed before anybody resolved it. It can be closed, and not be taken any more.
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        {isFree && !isExpired && (
          <Move fetcher={move} intent="take" message={message.id}>
            <Button
              type="submit"
              variant="primary"
              icon={<Hand className="size-4" />}
              busy={move.state !== "idle"}
            >
              Take
            </Button>
          </Move>
        )}
        {isMine && (
          <Move fetcher={move} intent="hand-back" message={message.id}>
            <Button type="submit" icon={<Undo2 className="size-4" />} busy={move.state !== "idle"}>
              Hand back
            </Button>
          </Move>
        )}
        {!isFree && !isMine && !isExpired && (
          <ConfirmButton
            fetcher={move}
            values={{ intent: "take-over", messageId: message.id }}
            icon={<Hand className="size-4" />}
            title={`Take it over from ${holder?.name}?`}
            consequence="It is yours to resolve then. The record says from whom you took it."
            confirmLabel="Take over"
            danger={false}
          >
            Take over
          </ConfirmButton>
        )}
      </div>
      {(isFree || isMine) && (
        <ResolveForm fetcher={resolve} escalation={escalation} isMine={isMine} problem={problem} />
      )}
    </div>
  );
}

type Fetcher = ReturnType<typeof useFetcher>;

function Move({
  fetcher,
  intent,
  message,
  children,
}: {
  fetcher: Fetcher;
  intent: string;
  message: string;
  children: ReactNode;
}) {
  return (
    <fetcher.Form method="post">
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="messageId" value={message} />
      {children}
    </fetcher.Form>
  );
}

interface ResolveFormProps {
  fetcher: Fetcher;
  escalation: EscalationView;
  isMine: boolean;
  problem: FormProblem | undefined;
}

function ResolveForm({ fetcher, escalation: { message }, isMine, problem }: ResolveFormProps) {
  const tellId = useId();
  return (
    <fetcher.Form method="post" onKeyDown={sendOnModEnter} className="space-y-3 rounded-lg border p-3 sm:p-4">
      <div hidden>
        <input type="hidden" name="intent" value="resolve" />
        <input type="hidden" name="messageId" value={message.id} />
      </div>
      <TextArea
        label="What came of it"
        name="resolution"
        rows={2}
        maxLength={2_000}
        placeholder="For the others, and for the agent."
        error={errorOf(problem, "resolution")}
      />
      <div className="flex flex-wrap items-center justify-between gap-3">
        <label
          htmlFor={tellId}
          className="flex min-h-10 cursor-pointer items-center gap-2 text-sm sm:min-h-8"
        >
          <input
            id={tellId}
            type="checkbox"
            name="tell"
            value="on"
            defaultChecked
            className="size-4 rounded-sm border-line-strong bg-surface text-accent focus:ring-accent/30"
          />
          Tell {message.sender.name}
        </label>
        <Button
          type="submit"
          variant={isMine ? "primary" : "secondary"}
          icon={<Check className="size-4" />}
          busy={fetcher.state !== "idle"}
        >
          Resolve
        </Button>
      </div>
    </fetcher.Form>
  );
}
