import { Eraser } from "lucide-react";
import type { ReactNode } from "react";
import type { MessageType, MessageView, PayloadOf } from "#app/domain/messaging/schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { cx } from "../primitives/cx.ts";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { JsonView } from "../primitives/json-view.tsx";
import { ExactTime } from "../primitives/relative-time.tsx";
import { DataTable, toRows } from "./data-table.tsx";
import { taskPriorities } from "./message-words.ts";

/** How much room there is: a pane of its own, or a card among others. */
type Density = "roomy" | "compact";

/** A message's payload, laid out for its type. */
export function PayloadView({ message, density = "roomy" }: { message: MessageView; density?: Density }) {
  if (message.erasedAt !== null) return <Erased at={message.erasedAt} />;
  switch (message.type) {
    case "task_handoff":
      return <TaskHandoff payload={message.payload} density={density} />;
    case "status_update":
      return <StatusUpdate payload={message.payload} density={density} />;
    case "data_request":
      return <DataRequest payload={message.payload} density={density} />;
    case "data_response":
      return <DataResponse payload={message.payload} density={density} isReply={message.replyTo !== null} />;
    case "escalation":
      return <Escalation payload={message.payload} density={density} />;
  }
}

/** What is left of contents that were erased on request. */
function Erased({ at }: { at: string }) {
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-sm text-ink-muted">
      <Eraser aria-hidden="true" className="size-4 text-ink-faint" />
      Contents erased on <ExactTime at={at} />
    </p>
  );
}

interface PayloadProps<T extends MessageType> {
  payload: PayloadOf<T>;
  density: Density;
}

const Stack = ({ density, children }: { density: Density; children: ReactNode }) => (
  <div className={density === "roomy" ? "space-y-5" : "space-y-3"}>{children}</div>
);

/** Names and values: one under the other, or in a line; those without a value are left out. */
function PayloadFacts({ density, facts }: { density: Density; facts: Record<string, ReactNode> }) {
  const given = Object.entries(facts).filter(([, value]) => value !== undefined);
  if (given.length === 0) return null;
  if (density === "roomy") {
    return (
      <Facts>
        {given.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </Facts>
    );
  }
  return (
    <dl className="flex flex-wrap gap-x-5 gap-y-1 text-xs">
      {given.map(([name, value]) => (
        <div key={name} className="flex min-w-0 items-center gap-1.5">
          <dt className="shrink-0 text-ink-muted">{name}</dt>
          <dd className="min-w-0 [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Prose({ children }: { children: string }) {
  return (
    <p className="max-w-prose whitespace-pre-wrap text-base leading-6 [overflow-wrap:anywhere]">{children}</p>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-ink-muted">{title}</h3>
      {children}
    </section>
  );
}

const Code = ({ children }: { children: string }) => (
  <code className="font-mono text-xs [overflow-wrap:anywhere]">{children}</code>
);

function Context({ value, density }: { value: unknown; density: Density }) {
  if (value === undefined) return null;
  const [row] = density === "compact" ? (toRows([value]) ?? []) : [];
  if (row !== undefined) {
    const facts = Object.entries(row).map(([name, cell]) => [name, <Code key={name}>{String(cell)}</Code>]);
    return <PayloadFacts density={density} facts={Object.fromEntries(facts)} />;
  }
  return (
    <Part title="Context">
      {typeof value === "string" ? (
        <Prose>{value}</Prose>
      ) : (
        <JsonView value={value} copyLabel="Copy context" />
      )}
    </Part>
  );
}

function TaskHandoff({ payload, density }: PayloadProps<"task_handoff">) {
  const priority = taskPriorities[payload.priority];
  return (
    <Stack density={density}>
      <Prose>{payload.description}</Prose>
      <PayloadFacts
        density={density}
        facts={{
          Task: <Code>{payload.taskId}</Code>,
          "Task priority": <Badge tone={priority.tone}>{priority.label}</Badge>,
          Due: payload.dueDate && formatDue(payload.dueDate),
        }}
      />
      <Context value={payload.context} density={density} />
    </Stack>
  );
}

/** A day stays the day it is in every time zone; an instant is shown in UTC, as it was meant. */
function formatDue(due: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(due);
  return new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    ...(isDay ? {} : { timeStyle: "short" as const }),
    timeZone: "UTC",
  })
    .format(new Date(due))
    .concat(isDay ? "" : " UTC");
}

function StatusUpdate({ payload, density }: PayloadProps<"status_update">) {
  const isRoomy = density === "roomy";
  return (
    <Stack density={density}>
      <div className={isRoomy ? "space-y-3" : "flex flex-wrap items-center gap-x-4 gap-y-1"}>
        <p className={cx("font-medium [overflow-wrap:anywhere]", isRoomy ? "text-lg" : "text-base")}>
          {payload.status}
        </p>
        {payload.progress !== undefined && (
          <Progress percent={payload.progress} className={isRoomy ? "max-w-sm" : "max-w-[12rem]"} />
        )}
      </div>
      {payload.detail && <Prose>{payload.detail}</Prose>}
      <PayloadFacts density={density} facts={{ Task: payload.taskId && <Code>{payload.taskId}</Code> }} />
    </Stack>
  );
}

function Progress({ percent, className }: { percent: number; className: string }) {
  const rounded = Math.round(percent);
  return (
    <div className={cx("flex w-full items-center gap-3", className)}>
      <svg
        role="img"
        aria-label={`${rounded} % done`}
        viewBox="0 0 100 6"
        preserveAspectRatio="none"
        className="h-1.5 flex-1 overflow-hidden rounded-full"
      >
        <rect width="100" height="6" className="fill-line" />
        <rect width={percent} height="6" className={percent >= 100 ? "fill-ok" : "fill-info"} />
      </svg>
      <span aria-hidden="true" className="tabular w-11 text-right text-sm text-ink-muted">
        {rounded} %
      </span>
    </div>
  );
}

function DataRequest({ payload, density }: PayloadProps<"data_request">) {
  return (
    <Stack density={density}>
      <Prose>{payload.query}</Prose>
      <PayloadFacts
        density={density}
        facts={{
          "Data source": payload.dataSource && <Code>{payload.dataSource}</Code>,
          "Wanted as": payload.format && formatNames[payload.format],
        }}
      />
    </Stack>
  );
}

const formatNames: Record<NonNullable<PayloadOf<"data_request">["format"]>, string> = {
  json: "JSON",
  text: "Text",
  table: "Table",
};

function DataResponse({ payload, density, isReply }: PayloadProps<"data_response"> & { isReply: boolean }) {
  const { data, format, requestId, partial, usage, toolsCalled } = payload;
  const rows = format === "text" ? undefined : toRows(data);
  // A card says above what it replies to.
  const isSaid = density === "compact" && isReply;
  return (
    <Stack density={density}>
      {typeof data === "string" ? (
        <Prose>{data}</Prose>
      ) : rows ? (
        <DataTable rows={rows} />
      ) : (
        <JsonView value={data} copyLabel="Copy data" />
      )}
      <PayloadFacts
        density={density}
        facts={{
          "Answers request": requestId && !isSaid ? <Code>{requestId}</Code> : undefined,
          Part: partial && "of an answer in the making",
          Tools: toolsCalled && <Code>{toolsCalled.join(", ")}</Code>,
          Tokens: usage && `${formatCount(usage.inputTokens)} in, ${formatCount(usage.outputTokens)} out`,
        }}
      />
    </Stack>
  );
}

/** How severe it is stands in the message's title, as a badge. */
function Escalation({ payload, density }: PayloadProps<"escalation">) {
  return (
    <Stack density={density}>
      <Prose>{payload.reason}</Prose>
      <PayloadFacts density={density} facts={{ Task: payload.taskId && <Code>{payload.taskId}</Code> }} />
      <Context value={payload.context} density={density} />
    </Stack>
  );
}
