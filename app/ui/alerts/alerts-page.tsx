import { useFetcher, useNavigation } from "@remix-run/react";
import { ArrowUp } from "lucide-react";
import { useEffect, useRef } from "react";
import { type AlertListName, alertLists } from "#app/domain/alerts/alert-list-schema.ts";
import type { AlertCounts, AlertPage, AlertView } from "#app/domain/alerts/alert-schema.ts";
import type { TenantNames } from "#app/domain/platform/schema.ts";
import type { SeverityPoint } from "../charts/severity-points.ts";
import { useReading } from "../inbox/use-reading.ts";
import { ConnectionState } from "../live/connection-state.tsx";
import type { Live } from "../live/use-live.ts";
import { OutcomeNotice } from "../outcome-notice.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { SegmentLinks } from "../primitives/segment-links.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { useSelection } from "../use-selection.ts";
import { useSteadyList } from "../use-steady-list.ts";
import { AlertFilterBar } from "./alert-filter-bar.tsx";
import {
  type AlertFilters,
  type AlertsBase,
  alertHref,
  alertsHref,
  alertValue,
  hasAlertFilters,
} from "./alerts-href.ts";
import { AlertsOverTime } from "./alerts-over-time.tsx";
import { AlertsTable } from "./alerts-table.tsx";
import { AlertsTabs } from "./alerts-tabs.tsx";
import { BulkAnswers } from "./bulk-answers.tsx";
import { foldAlerts } from "./fold-alerts.ts";
import { ChannelsHint, NoAlerts, type Watch } from "./no-alerts.tsx";

export interface AlertsPageProps {
  base: AlertsBase;
  page: AlertPage;
  counts: AlertCounts;
  show: AlertListName;
  filters: AlertFilters;
  cursor: string | undefined;
  agents: readonly { id: string; name: string }[];
  /** Of everybody's alerts: the tenants that there are. */
  names?: TenantNames | undefined;
  /** What is looked for and where it is told; null where alerts are of all tenants. */
  watch: Watch | null;
  /** Opened day by day. */
  points: readonly SeverityPoint[];
  mayAnswer: boolean;
  live: Live;
  /** What came of a form that was sent without JavaScript. */
  answer: unknown;
}

/** What was found, and whether somebody has seen to it: a tenant's alerts, or everybody's. */
export function AlertsPage(props: AlertsPageProps) {
  const { base, counts, show, filters, watch, points, live, mayAnswer } = props;
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Alerts"
        description={
          base === "/dashboard/alerts"
            ? "What was found, and whether somebody has seen to it."
            : "What was found in every organisation and in the service itself."
        }
        actions={<ConnectionState live={live} />}
      />
      <AlertsTabs base={base} here="alerts" />
      <OutcomeNotice answer={props.answer} />
      {watch !== null && <ChannelsHint watch={watch} mayWrite={mayAnswer} />}
      <Lists base={base} show={show} filters={filters} counts={counts} />
      <AlertList key={JSON.stringify([show, filters, props.cursor])} {...props} />
      <AlertsOverTime base={base} points={points} filters={filters} />
    </div>
  );
}

const listLabels: Record<AlertListName, string> = {
  open: "Open",
  acknowledged: "Acknowledged",
  snoozed: "Snoozed",
  resolved: "Resolved",
};

function Lists({
  base,
  show,
  filters,
  counts,
}: Pick<AlertsPageProps, "base" | "show" | "filters" | "counts">) {
  return (
    <SegmentLinks
      label="Lists"
      current="page"
      className="mb-3 w-full max-w-full overflow-x-auto sm:w-fit"
      links={alertLists.map((name) => ({
        to: alertsHref(base, { ...filters, show: name }),
        isCurrent: name === show,
        label: (
          <span className="flex items-center gap-1.5">
            {listLabels[name]}
            {name !== "resolved" && counts[name] > 0 && (
              <span className="tabular text-xs text-ink-muted">{formatCount(counts[name])}</span>
            )}
          </span>
        ),
      }))}
    />
  );
}

const formId = "alerts";
const idOf = ({ id }: AlertView): string => id;

/** The list with its filters, and what can be done with those that are ticked. */
function AlertList(props: AlertsPageProps) {
  const { base, page, show, filters, cursor, agents, names, watch, mayAnswer } = props;
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const reading = useReading();
  const keyOf = (alert: AlertView): string => alertValue(base, alert);
  const selection = useSelection(page.alerts.map(keyOf));
  const steady = useSteadyList(page.alerts, idOf, reading.isReading || selection.selected > 0);
  useWhenAnswered(fetcher.state !== "idle", steady.release);
  const isLoading = useNavigation().state === "loading";
  const isAnswerable = mayAnswer && show !== "resolved";
  const acknowledge = (alertIds: string): void =>
    fetcher.submit({ intent: "acknowledge", alertIds }, { method: "post" });
  // One kind alone has nothing that the others could hide.
  const lines = filters.kind === undefined ? foldAlerts(steady.rows) : steady.rows.map((row) => ({ row }));
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <AlertFilterBar {...{ base, show, filters, agents, names }} />
        {isAnswerable && steady.rows.length > 0 && (
          <BulkAnswers
            formId={formId}
            selection={selection}
            busy={fetcher.state !== "idle"}
            answer={fetcher.data}
            mayAcknowledge={show !== "acknowledged"}
          />
        )}
      </div>
      <div className="relative mt-4">
        {steady.newCount > 0 && (
          <Button
            variant="primary"
            size="sm"
            icon={<ArrowUp className="size-3.5" />}
            onClick={steady.release}
            className="tabular sticky top-20 z-20 mx-auto -mb-10 !flex w-fit -translate-y-1/2 animate-rise !rounded-full shadow-overlay sm:-mb-7"
          >
            {formatCount(steady.newCount)} new
          </Button>
        )}
        <Panel flush className={cx(isLoading && "opacity-60 transition-opacity")}>
          {steady.rows.length === 0 ? (
            <NoAlerts
              {...{ base, show, watch }}
              isFiltered={hasAlertFilters(filters)}
              isFirstPage={cursor === undefined}
            />
          ) : (
            <fetcher.Form method="post" id={formId} {...reading.handlers}>
              <AlertsTable
                lines={lines}
                keyOf={keyOf}
                hrefOf={(alert) => alertHref(base, alert)}
                hrefOfKind={(kind) => alertsHref(base, { ...filters, show, kind })}
                selection={isAnswerable ? selection : undefined}
                onAcknowledge={isAnswerable && show !== "acknowledged" ? acknowledge : undefined}
                showsTenant={names !== undefined && filters.tenantId === undefined}
              />
            </fetcher.Form>
          )}
        </Panel>
      </div>
      <Turner {...{ base, show, filters, cursor }} nextCursor={page.nextCursor} />
    </>
  );
}

/** Calls `then` when an answer has been given and the lists were loaded anew. */
function useWhenAnswered(busy: boolean, then: () => void): void {
  const wasBusy = useRef(false);
  useEffect(() => {
    const isDone = wasBusy.current && !busy;
    wasBusy.current = busy;
    if (isDone) then();
  });
}

interface TurnerProps {
  base: AlertsBase;
  show: AlertListName;
  filters: AlertFilters;
  cursor: string | undefined;
  nextCursor: string | null;
}

/** The way to what is older, and back to the newest. */
function Turner({ base, show, filters, cursor, nextCursor }: TurnerProps) {
  if (cursor === undefined && nextCursor === null) return null;
  return (
    <nav aria-label="Pages" className="mt-3 flex justify-end gap-2 px-1">
      {cursor !== undefined && (
        <ButtonLink to={alertsHref(base, { ...filters, show })} size="sm" variant="ghost">
          Newest
        </ButtonLink>
      )}
      {nextCursor !== null && (
        <ButtonLink to={alertsHref(base, { ...filters, show, cursor: nextCursor })} size="sm">
          Older
        </ButtonLink>
      )}
    </nav>
  );
}
