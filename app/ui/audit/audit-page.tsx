import { useNavigation } from "@remix-run/react";
import { ArrowUp, ScrollText, SearchX } from "lucide-react";
import type { AuditLogPage } from "#app/domain/audit/audit-log-schema.ts";
import type { TenantNames } from "#app/domain/platform/schema.ts";
import { ConnectionState } from "../live/connection-state.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { ExactTime } from "../primitives/relative-time.tsx";
import { type AuditChoices, AuditFilterBar, hasAuditFilters } from "./audit-filter-bar.tsx";
import { type AuditBase, auditHref, exportResultHref, type ShownFilters } from "./audit-href.ts";
import { AuditTable } from "./audit-table.tsx";
import { AuditTabs } from "./audit-tabs.tsx";
import { AuditVolumeBars } from "./audit-volume-bars.tsx";
import { ExportMenu, ExportProgress } from "./export-control.tsx";
import { useExport } from "./use-export.ts";
import { useNewEvents } from "./use-new-events.ts";

export interface AuditPageProps {
  base: AuditBase;
  page: AuditLogPage;
  filters: ShownFilters;
  /** Where what is newer begins; null of the newest page. */
  newerThan: string | null;
  /** The place of the page's first event. */
  first: string | undefined;
  choices: AuditChoices;
  /** Of everybody's trail: the tenants that there are. */
  names?: TenantNames;
}

/** Who did what to which resource, with what outcome: a tenant's trail, or everybody's. */
export function AuditPage({ base, page, filters, newerThan, first, choices, names }: AuditPageProps) {
  const { logs } = page;
  const { live, news } = useNewEvents(base, filters, newerThan === null ? first : undefined);
  const exporting = useExport((id) => exportResultHref(base, id, filters));
  const isLoading = useNavigation().state === "loading";
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Audit"
        description={
          base === "/dashboard/audit"
            ? "Who did what to which resource, with what outcome."
            : "Who did what to which resource, in every tenant."
        }
        actions={
          <>
            {base === "/dashboard/audit" && <ConnectionState live={live} />}
            <ExportMenu base={base} filters={filters} onStart={exporting.start} />
          </>
        }
      />
      {base === "/dashboard/audit" && <AuditTabs here="events" />}
      <ExportProgress exporting={exporting} />
      <AuditFilterBar base={base} filters={filters} choices={choices} names={names} />
      <AuditVolumeBars base={base} filters={filters} />
      <div className="relative mt-4">
        {news.count > 0 && (
          <ButtonLink
            to={auditHref(base, filters)}
            variant="primary"
            size="sm"
            icon={<ArrowUp className="size-3.5" />}
            className="sticky top-20 z-20 mx-auto -mb-10 !flex w-fit -translate-y-1/2 !rounded-full shadow-overlay sm:-mb-7"
          >
            {news.count}
            {news.isExact ? "" : "+"} new
          </ButtonLink>
        )}
        <Panel flush className={cx(isLoading && "opacity-60 transition-opacity")}>
          {logs.length === 0 ? (
            <NoEvents page={page} base={base} filters={filters} />
          ) : (
            <AuditTable
              key={`${newerThan === null ? "" : first} ${JSON.stringify(filters)}`}
              logs={logs}
              base={base}
              names={filters.tenantId === undefined ? names : undefined}
            />
          )}
        </Panel>
      </div>
      <Turner page={page} base={base} filters={filters} newerThan={newerThan} />
    </div>
  );
}

interface PartProps {
  page: AuditLogPage;
  base: AuditBase;
  filters: ShownFilters;
}

function NoEvents({ page, base, filters }: PartProps) {
  const { searchedTo, nextCursor } = page.pagination;
  if (searchedTo !== null && nextCursor !== null)
    return (
      <EmptyState
        icon={SearchX}
        title="Nothing matches so far"
        action={
          <ButtonLink to={auditHref(base, { ...filters, cursor: nextCursor })} size="sm">
            Search further back
          </ButtonLink>
        }
      >
        No event since <ExactTime at={searchedTo} /> fits these filters.
      </EmptyState>
    );
  if (hasAuditFilters(filters))
    return (
      <EmptyState
        icon={SearchX}
        title="Nothing matches"
        action={
          <ButtonLink to={auditHref(base)} size="sm">
            Clear filters
          </ButtonLink>
        }
      >
        No event fits these filters.
      </EmptyState>
    );
  return (
    <EmptyState icon={ScrollText} title="No events yet">
      They show here as soon as somebody does something.
    </EmptyState>
  );
}

/** How many there are, and the ways to what is newer and older. */
function Turner({ page, base, filters, newerThan }: PartProps & { newerThan: string | null }) {
  const { total, totalIsExact, nextCursor, searchedTo } = page.pagination;
  if (page.logs.length === 0 && newerThan === null) return null;
  return (
    <nav
      aria-label="Pages"
      className="mt-3 flex min-h-10 flex-wrap items-center justify-between gap-3 px-1 sm:min-h-8"
    >
      <p className="tabular text-xs text-ink-muted">
        {searchedTo !== null && page.logs.length > 0 ? (
          <>
            Looked back to <ExactTime at={searchedTo} />
          </>
        ) : (
          `${totalIsExact ? "" : "More than "}${formatCount(total)} ${total === 1 ? "event" : "events"}`
        )}
      </p>
      <div className="flex gap-2">
        {newerThan !== null && (
          <>
            <ButtonLink to={auditHref(base, filters)} size="sm" variant="ghost">
              Newest
            </ButtonLink>
            <ButtonLink to={auditHref(base, { ...filters, newerThan })} size="sm">
              Newer
            </ButtonLink>
          </>
        )}
        {nextCursor !== null && (
          <ButtonLink to={auditHref(base, { ...filters, cursor: nextCursor })} size="sm">
            {searchedTo === null ? "Older" : "Search further back"}
          </ButtonLink>
        )}
      </div>
    </nav>
  );
}
