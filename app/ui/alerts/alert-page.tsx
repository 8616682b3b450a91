import { Link } from "@remix-run/react";
import type { AlertAdvice } from "#app/domain/alerts/alert-advice.ts";
import type { AlertDetail, AlertView } from "#app/domain/alerts/alert-schema.ts";
import { definitionOf } from "#app/domain/alerts/rule-kinds.ts";
import { agentPath } from "../agents/agent-words.ts";
import { type AuditBase, auditHref } from "../audit/audit-href.ts";
import { wordsOf } from "../audit/audit-words.ts";
import { ConnectionState } from "../live/connection-state.tsx";
import type { Live } from "../live/use-live.ts";
import { OutcomeNotice } from "../outcome-notice.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { ExactTime, RelativeTime } from "../primitives/relative-time.tsx";
import { AlertActions } from "./alert-actions.tsx";
import { AlertAnswers } from "./alert-answers.tsx";
import { AlertStatus, SeverityTile, severityWords } from "./alert-marks.tsx";
import { AlertTimeline } from "./alert-timeline.tsx";
import { type AlertsBase, dashboardAlerts } from "./alerts-href.ts";
import { NoteForm } from "./note-form.tsx";
import { SilenceControl } from "./silence-control.tsx";
import { timelineOf } from "./timeline.ts";

export interface AlertPageProps {
  base: AlertsBase;
  alert: AlertDetail;
  /** What it means and what to do; from the server, which has the words of all kinds. */
  advice: AlertAdvice;
  mayAnswer: boolean;
  live: Live;
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
}

/** One alert: what happened, what it means, what can be answered and done, and what has been. */
export function AlertPage({ base, alert, advice, mayAnswer, live, answer }: AlertPageProps) {
  const auditBase: AuditBase = base === dashboardAlerts ? "/dashboard/audit" : "/admin/audit";
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title={
          <>
            <SeverityTile alert={alert} className="!size-9" />
            <span className="min-w-0">{alert.title}</span>
          </>
        }
        description={
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1 pt-1 text-sm">
            <AlertStatus alert={alert} />
            <span>{definitionOf(alert.kind).label}</span>
            {alert.tenantName !== undefined && (
              <>
                <span aria-hidden="true">·</span>
                <span>{alert.tenantName}</span>
              </>
            )}
            <span aria-hidden="true">·</span>
            <span>
              last <RelativeTime at={alert.lastAt} />
            </span>
          </div>
        }
        actions={
          <>
            <div className="max-sm:order-last">
              <ConnectionState live={live} />
            </div>
            {mayAnswer && <AlertAnswers alert={alert} />}
          </>
        }
      />
      <OutcomeNotice answer={answer} />
      <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_21rem] lg:grid-rows-[auto_1fr]">
        <div className="min-w-0 space-y-6">
          <Outcome alert={alert} />
          <Panel title="What it means">
            <p className="max-w-prose text-base">{advice.meaning}</p>
            <p className="mt-3 max-w-prose text-base">
              <span className="font-medium">What to do: </span>
              {advice.next}
            </p>
          </Panel>
        </div>
        <div className="min-w-0 space-y-6 lg:col-start-2 lg:row-span-2 lg:row-start-1">
          <AlertActions actions={alert.actions} mayAnswer={mayAnswer} />
          <AlertFactsPanel base={base} alert={alert} auditBase={auditBase} mayAnswer={mayAnswer} />
        </div>
        <Panel
          title="Timeline"
          description="What it was made of, whom it was told, and what was done."
          flush
          className="min-w-0 lg:col-start-1 lg:row-start-2"
        >
          {mayAnswer && (
            <div className="border-b px-4 py-3 sm:px-5">
              <NoteForm />
            </div>
          )}
          <AlertTimeline items={timelineOf(alert)} auditBase={auditBase} mayRetry={mayAnswer} />
        </Panel>
      </div>
    </div>
  );
}

/** What came of one that is resolved. */
function Outcome({ alert: { status, resolvedAt, resolvedBy, resolution } }: { alert: AlertView }) {
  if (status !== "resolved") return null;
  return (
    <section aria-label="What came of it" className="rounded-lg border bg-canvas p-4">
      <p className="text-sm text-ink-muted">
        {resolvedBy === null ? (
          "It has resolved itself"
        ) : (
          <>
            Resolved by <span className="font-medium text-ink">{resolvedBy}</span>
          </>
        )}
        {resolvedAt !== null && (
          <>
            , <RelativeTime at={resolvedAt} />
          </>
        )}
      </p>
      {resolution !== null && (
        <p className="mt-2 whitespace-pre-wrap text-base [overflow-wrap:anywhere]">{resolution}</p>
      )}
    </section>
  );
}

interface AlertFactsPanelProps {
  base: AlertsBase;
  alert: AlertView;
  auditBase: AuditBase;
  mayAnswer: boolean;
}

function AlertFactsPanel({ base, alert, auditBase, mayAnswer }: AlertFactsPanelProps) {
  const { severity, subject, count, firstAt, lastAt, toldAt } = alert;
  const ofTenant = base === dashboardAlerts ? {} : { tenantId: alert.tenantId };
  return (
    <Panel title="Details">
      <Facts>
        <Fact name="Severity">{severityWords[severity].label}</Fact>
        <Fact name={subject.id === null && subject.name === null ? "About" : wordsOf(subject.type)}>
          <Subject base={base} alert={alert} />
        </Fact>
        <Fact name="Count">
          <span className="tabular">{formatCount(count)}</span>
        </Fact>
        <Fact name="First">
          <ExactTime at={firstAt} />
        </Fact>
        <Fact name="Last">
          <ExactTime at={lastAt} />
        </Fact>
        <Fact name="Told">{toldAt === null ? "Nobody yet" : <RelativeTime at={toldAt} />}</Fact>
        {alert.status !== "resolved" && alert.silencedUntil !== null && (
          <Fact name="Silenced until">
            <ExactTime at={alert.silencedUntil} />
          </Fact>
        )}
        {alert.acknowledgedBy !== null && <Fact name="Acknowledged">by {alert.acknowledgedBy}</Fact>}
        <Fact name="Alert">
          <CodeId id={alert.id} label="Copy alert id" />
        </Fact>
      </Facts>
      <div className="-mb-1 mt-4 flex flex-wrap items-center justify-between gap-2 border-t pt-3">
        <Link
          to={auditHref(auditBase, { resourceId: alert.id, ...ofTenant })}
          prefetch="intent"
          className="inline-flex min-h-10 items-center text-sm text-accent-ink underline-offset-2 hover:underline sm:min-h-8"
        >
          In the audit trail
        </Link>
        {mayAnswer && alert.status !== "resolved" && alert.silencedUntil === null && (
          <SilenceControl alert={alert} />
        )}
      </div>
    </Panel>
  );
}

/** Whom or what it is about; one's own agent is a link. */
function Subject({ base, alert: { subject, facts } }: { base: AlertsBase; alert: AlertView }) {
  const name = subject.name ?? subject.id ?? "The organisation";
  const agentId = subject.type === "agent" ? subject.id : (facts.agentId ?? null);
  if (agentId === null || base !== dashboardAlerts) return name;
  return (
    <Link
      to={agentPath(agentId)}
      prefetch="intent"
      className="rounded-sm underline decoration-line-strong underline-offset-2 hover:decoration-ink"
    >
      {subject.type === "agent" ? name : (facts.agentName ?? name)}
    </Link>
  );
}
