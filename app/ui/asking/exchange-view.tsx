import { RotateCw, Wrench } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import type { AnswerData } from "#app/domain/asking/ask-schema.ts";
import { DataTable, toRows } from "../messages/data-table.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { formatCount } from "../primitives/format.ts";
import { JsonView } from "../primitives/json-view.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Spinner } from "../primitives/spinner.tsx";
import { formatCost, formatDuration } from "./ask-words.ts";
import { type Exchange, isOver } from "./exchange.ts";

export interface ExchangeViewProps {
  exchange: Exchange;
  agentName: string;
  /** Asks once more; undefined where that is not the thing to do. */
  onRetry: (() => void) | undefined;
}

/** A question, and its answer as far as it has come. */
export function ExchangeView({ exchange, agentName, onRetry }: ExchangeViewProps) {
  const { question, answer, text, phase } = exchange;
  const isUnderWay = !isOver(exchange);
  return (
    <article aria-label={question.slice(0, 80)} className="space-y-2.5">
      <p className="ml-auto w-fit max-w-[85%] whitespace-pre-wrap rounded-lg bg-sunken px-3 py-2 text-sm [overflow-wrap:anywhere]">
        {question}
      </p>
      <div aria-live="polite" aria-busy={isUnderWay} className="min-w-0 empty:hidden">
        {answer !== undefined ? (
          <Answer data={answer.answer} format={answer.format} />
        ) : (
          text !== "" && <Prose>{text}</Prose>
        )}
      </div>
      {isUnderWay && <Waiting exchange={exchange} agentName={agentName} />}
      {answer !== undefined && <AnswerFacts answer={answer} />}
      {phase === "timeout" && (
        <Unanswered tone="warn" title="No answer in time" exchange={exchange} onRetry={onRetry} />
      )}
      {phase === "failed" && <Unanswered tone="bad" exchange={exchange} onRetry={onRetry} />}
      {phase === "cancelled" && <Unanswered tone="neutral" exchange={exchange} onRetry={onRetry} />}
    </article>
  );
}

const Prose = ({ children }: { children: string }) => (
  <p className="max-w-prose whitespace-pre-wrap text-base leading-6 [overflow-wrap:anywhere]">{children}</p>
);

function Answer({ data, format }: { data: unknown; format: AnswerData["format"] }) {
  if (typeof data === "string") return <Prose>{data}</Prose>;
  const rows = format === "text" ? undefined : toRows(data);
  return rows ? <DataTable rows={rows} /> : <JsonView value={data} copyLabel="Copy answer" />;
}

function Waiting({ exchange, agentName }: { exchange: Exchange; agentName: string }) {
  const seconds = useSecondsSince(exchange.startedAtMs);
  const words =
    exchange.phase === "asking"
      ? "Sending the question"
      : exchange.phase === "waiting"
        ? `${agentName} has the question`
        : `${agentName} is answering`;
  return (
    <p className="flex items-center gap-2 text-sm text-ink-muted">
      <Spinner className="text-ink-faint" />
      <span role="status">{words}</span>
      <span aria-hidden="true" className="tabular text-xs text-ink-faint">
        {seconds} s of {exchange.timeoutSeconds} s
      </span>
    </p>
  );
}

/** What the answer took and cost, as far as the agent said it. */
function AnswerFacts({ answer: { usage, toolsCalled, durationMs } }: { answer: AnswerData }) {
  return (
    <div className="space-y-2">
      {toolsCalled.length > 0 && (
        <ul aria-label="Tools called" className="flex flex-wrap gap-1">
          {[...new Set(toolsCalled)].map((tool) => (
            <li key={tool}>
              <Badge icon={<Wrench aria-hidden="true" />}>{tool}</Badge>
            </li>
          ))}
        </ul>
      )}
      <dl className="flex flex-wrap gap-x-5 gap-y-1 text-xs">
        <Fact name="Took">{formatDuration(durationMs)}</Fact>
        {usage !== null && (
          <>
            <Fact name="Tokens">
              {formatCount(usage.inputTokens)} in, {formatCount(usage.outputTokens)} out
            </Fact>
            {usage.cachedTokens !== undefined && <Fact name="Cached">{formatCount(usage.cachedTokens)}</Fact>}
            {usage.thinkingTokens !== undefined && (
              <Fact name="Thinking">{formatCount(usage.thinkingTokens)}</Fact>
            )}
            {usage.costMicros !== undefined && <Fact name="Cost">{formatCost(usage.costMicros)}</Fact>}
            <Fact name="Model">{usage.model}</Fact>
          </>
        )}
      </dl>
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="flex min-w-0 items-center gap-1.5">
    <dt className="shrink-0 text-ink-muted">{name}</dt>
    <dd className="tabular min-w-0 [overflow-wrap:anywhere]">{children}</dd>
  </div>
);

interface UnansweredProps {
  tone: "warn" | "bad" | "neutral";
  title?: string;
  exchange: Exchange;
  onRetry: (() => void) | undefined;
}

function Unanswered({ tone, title, exchange, onRetry }: UnansweredProps) {
  const waitSeconds = useSecondsUntil(exchange.retryAtMs);
  return (
    <Notice tone={tone} title={title}>
      <p>{exchange.detail}</p>
      {onRetry && (
        <Button
          size="sm"
          className="mt-2"
          disabled={waitSeconds > 0}
          onClick={onRetry}
          icon={<RotateCw className="size-3.5" />}
        >
          {waitSeconds > 0 ? `Ask again in ${waitSeconds} s` : "Ask again"}
        </Button>
      )}
    </Notice>
  );
}

/** Whole seconds that have passed; counts by itself. */
function useSecondsSince(startedAtMs: number): number {
  const nowMs = useEverySecond(true);
  return Math.max(0, Math.floor((nowMs - startedAtMs) / 1_000));
}

function useSecondsUntil(atMs: number | undefined): number {
  const nowMs = useEverySecond(atMs !== undefined && atMs > Date.now());
  return atMs === undefined ? 0 : Math.max(0, Math.ceil((atMs - nowMs) / 1_000));
}

function useEverySecond(isWanted: boolean): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!isWanted) return;
    setNowMs(Date.now());
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isWanted]);
  return nowMs;
}
