import { Link, useLocation } from "@remix-run/react";
import { MessageCircleQuestion, Square } from "lucide-react";
import { type ComponentType, lazy, type RefObject, Suspense, useEffect, useRef, useState } from "react";
import { sendOnModEnter } from "../compose/send-keys.ts";
import { conversationPath } from "../conversation/conversation-path.ts";
import { Button } from "../primitives/button.tsx";
import { SelectField, TextArea } from "../primitives/field.tsx";
import { Kbd } from "../primitives/kbd.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { useIsMac } from "../shell/use-is-mac.ts";
import { type Askable, askAnchor, timeouts } from "./ask-words.ts";
import type { ExchangeViewProps } from "./exchange-view.tsx";
import { useAsk } from "./use-ask.ts";

// What shows answers is loaded with the first question: most visits ask none.
const loadView = () => import("./exchange-view.tsx");
const ExchangeView = lazy<ComponentType<ExchangeViewProps>>(() =>
  loadView().then(
    (module) => ({ default: module.ExchangeView }),
    () => ({ default: NotLoaded }),
  ),
);

/** After an update: what was asked is in its conversation all the same. */
function NotLoaded() {
  return <Notice tone="bad">This could not be loaded. Reload the page to see answers here.</Notice>;
}

export interface AskPanelProps {
  agent: Askable;
}

/** Asks an agent and shows its answer as it is made. Further questions go on in the same conversation. */
export function AskPanel({ agent }: AskPanelProps) {
  const form = useRef<HTMLFormElement>(null);
  const isMac = useIsMac();
  const { exchanges, isAsking, ask, cancel, startAnew } = useAsk(agent.id);
  const [timeoutSeconds, setTimeoutSeconds] = useState(60);
  useFocusByAddress(form);
  const last = exchanges.at(-1);
  const conversationId = exchanges.findLast((one) => one.conversationId !== undefined)?.conversationId;

  return (
    <Panel
      title={
        <span id={askAnchor} className="scroll-mt-20">
          Ask {agent.name}
        </span>
      }
      description={
        agent.status === "paused"
          ? "It is paused: it gets the question, but its answer is blocked until someone resumes it."
          : undefined
      }
      actions={
        conversationId !== undefined && (
          <>
            <Link
              to={conversationPath(conversationId)}
              className="rounded-sm text-sm text-ink-muted underline decoration-line-strong underline-offset-2 hover:text-ink"
            >
              Open conversation
            </Link>
            <Button size="sm" onClick={startAnew} disabled={isAsking}>
              New conversation
            </Button>
          </>
        )
      }
      className="needs-script"
    >
      {exchanges.length > 0 && (
        <Suspense fallback={<Skeleton className="mb-4 h-16 w-full" />}>
          <ol aria-label="Questions and answers" className="mb-4 space-y-5">
            {exchanges.map((exchange) => (
              <li key={exchange.key}>
                <ExchangeView
                  exchange={exchange}
                  agentName={agent.name}
                  onRetry={
                    exchange === last && !isAsking
                      ? () => ask(exchange.question, exchange.timeoutSeconds)
                      : undefined
                  }
                />
              </li>
            ))}
          </ol>
        </Suspense>
      )}
      <form
        ref={form}
        aria-label={`Ask ${agent.name}`}
        onFocus={() => void loadView().catch(() => {})}
        onKeyDown={sendOnModEnter}
        onSubmit={(event) => {
          event.preventDefault();
          const question = String(new FormData(event.currentTarget).get("query") ?? "").trim();
          if (question === "" || isAsking) return;
          ask(question, timeoutSeconds);
          event.currentTarget.reset();
        }}
        className="space-y-3"
      >
        <TextArea
          label={`Question to ${agent.name}`}
          name="query"
          hideLabel
          required
          rows={2}
          maxLength={20_000}
          placeholder={exchanges.length > 0 ? "Ask on in this conversation" : "What would you like to know?"}
        />
        <div className="flex flex-wrap items-end justify-between gap-3">
          <SelectField
            label="How long to wait for an answer"
            name="timeoutSeconds"
            hideLabel
            value={timeoutSeconds}
            onChange={(event) => setTimeoutSeconds(Number(event.target.value))}
            className="w-40"
          >
            {timeouts.map(({ seconds, label }) => (
              <option key={seconds} value={seconds}>
                Up to {label}
              </option>
            ))}
          </SelectField>
          <div className="flex items-center gap-3">
            <span className="hidden items-center gap-1 text-xs text-ink-muted sm:flex">
              <Kbd>{isMac ? "⌘" : "Ctrl"}</Kbd> <Kbd>Enter</Kbd> asks
            </span>
            {isAsking ? (
              <Button key="cancel" onClick={cancel} icon={<Square className="size-3.5" />}>
                Cancel
              </Button>
            ) : (
              <Button
                key="ask"
                type="submit"
                variant="primary"
                icon={<MessageCircleQuestion className="size-4" />}
              >
                Ask
              </Button>
            )}
          </div>
        </div>
      </form>
    </Panel>
  );
}

/** The address may say that a question is about to be written. */
function useFocusByAddress(form: RefObject<HTMLFormElement>): void {
  const { hash, key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: going there again focuses again
  useEffect(() => {
    if (hash === `#${askAnchor}`) form.current?.querySelector("textarea")?.focus();
  }, [hash, key, form]);
}
