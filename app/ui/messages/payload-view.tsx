import type { ReactNode } from "react";
import type { MessageView, PayloadOf } from "#app/domain/messaging/schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { JsonView } from "../primitives/json-view.tsx";
import { DataTable, toRows } from "./data-table.tsx";
import { taskPriorities } from "./message-words.ts";

/** A message's payload, laid out for its type. */
export function PayloadView({ message }: { message: MessageView }) {
  switch (message.type) {
    case "task_handoff":
      return <TaskHandoff payload={message.payload} />;
    case "status_update":
      return <StatusUpdate payload={message.payload} />;
    case "data_request":
      return <DataRequest payload={message.payload} />;
    case "data_response":
      return <DataResponse payload={message.payload} />;
    case "escalation":
      return <Escalation payload={message.payload} />;
  }
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

function Context({ value }: { value: unknown }) {
  if (value === undefined) return null;
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

function TaskHandoff({ payload }: { payload: PayloadOf<"task_handoff"> }) {
  const priority = taskPriorities[payload.priority];
  return (
    <div className="space-y-5">
      <Prose>{payload.description}</Prose>
      <Facts>
        <Fact name="Task">
          <Code>{payload.taskId}</Code>
        </Fact>
        <Fact name="Task priority">
          <Badge tone={priority.tone}>{priority.label}</Badge>
        </Fact>
        {payload.dueDate && <Fact name="Due">{formatDue(payload.dueDate)}</Fact>}
      </Facts>
      <Context value={payload.context} />
    </div>
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

function StatusUpdate({ payload }: { payload: PayloadOf<"status_update"> }) {
  return (
    <div className="space-y-5">
      <div>
        <p className="text-lg font-medium [overflow-wrap:anywhere]">{payload.status}</p>
        {payload.progress !== undefined && <Progress percent={payload.progress} />}
      </div>
      {payload.detail && <Prose>{payload.detail}</Prose>}
      {payload.taskId && (
        <Facts>
          <Fact name="Task">
            <Code>{payload.taskId}</Code>
          </Fact>
        </Facts>
      )}
    </div>
  );
}

function Progress({ percent }: { percent: number }) {
  const rounded = Math.round(percent);
  return (
    <div className="mt-3 flex max-w-sm items-center gap-3">
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
      <span aria-hidden="true" className="tabular text-sm text-ink-muted">
        {rounded} %
      </span>
    </div>
  );
}

function DataRequest({ payload }: { payload: PayloadOf<"data_request"> }) {
  return (
    <div className="space-y-5">
      <Prose>{payload.query}</Prose>
      {(payload.dataSource || payload.format) && (
        <Facts>
          {payload.dataSource && (
            <Fact name="Data source">
              <Code>{payload.dataSource}</Code>
            </Fact>
          )}
          {payload.format && <Fact name="Wanted as">{formatNames[payload.format]}</Fact>}
        </Facts>
      )}
    </div>
  );
}

const formatNames: Record<NonNullable<PayloadOf<"data_request">["format"]>, string> = {
  json: "JSON",
  text: "Text",
  table: "Table",
};

function DataResponse({ payload }: { payload: PayloadOf<"data_response"> }) {
  const { data, format, requestId } = payload;
  const rows = format === "text" ? undefined : toRows(data);
  return (
    <div className="space-y-5">
      {typeof data === "string" ? (
        <Prose>{data}</Prose>
      ) : rows ? (
        <DataTable rows={rows} />
      ) : (
        <JsonView value={data} copyLabel="Copy data" />
      )}
      {requestId && (
        <Facts>
          <Fact name="Answers request">
            <Code>{requestId}</Code>
          </Fact>
        </Facts>
      )}
    </div>
  );
}

/** How severe it is stands in the message's title, as a badge. */
function Escalation({ payload }: { payload: PayloadOf<"escalation"> }) {
  return (
    <div className="space-y-5">
      <Prose>{payload.reason}</Prose>
      {payload.taskId && (
        <Facts>
          <Fact name="Task">
            <Code>{payload.taskId}</Code>
          </Fact>
        </Facts>
      )}
      <Context value={payload.context} />
    </div>
  );
}
