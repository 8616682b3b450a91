import { Form, useNavigation } from "@remix-run/react";
import { Archive, CalendarRange } from "lucide-react";
import type { ArchivedEvent, ArchivedEventList } from "#app/domain/integrity/archive/archive-schema.ts";
import { AuditTabs } from "../audit/audit-tabs.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { TextField } from "../primitives/field.tsx";
import { JsonView } from "../primitives/json-view.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";

interface ArchivePageProps {
  /** Days, UTC; empty when none were asked for. */
  range: { from: string; to: string };
  list: ArchivedEventList | null;
  isFirstPage: boolean;
}

/** Events of a stretch of days, read back from archives. */
export function ArchivePage({ range, list, isFirstPage }: ArchivePageProps) {
  const isReading = useNavigation().state === "loading";
  const days = `from=${range.from}&to=${range.to}`;
  return (
    <div className="mx-auto max-w-4xl space-y-6 px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Archived events"
        description="Read back from cold storage, oldest first. Each reading is recorded in the audit trail."
      />
      <AuditTabs here="archive" />
      <Panel>
        <Form method="get" className="flex flex-wrap items-end gap-4">
          <TextField name="from" label="From (UTC)" type="date" required defaultValue={range.from} />
          <TextField name="to" label="To (UTC)" type="date" required defaultValue={range.to} />
          <Button type="submit" variant="primary" busy={isReading}>
            Read
          </Button>
        </Form>
      </Panel>
      <Panel title="Events" flush>
        <EventList list={list} isRange={range.from !== ""} />
        {list !== null && (list.nextCursor !== null || !isFirstPage) && (
          <div className="flex gap-2 border-t px-4 py-2.5 sm:px-5">
            {!isFirstPage && (
              <ButtonLink to={`?${days}`} size="sm">
                From the start
              </ButtonLink>
            )}
            {list.nextCursor !== null && (
              <ButtonLink to={`?${days}&cursor=${list.nextCursor}`} size="sm">
                Later events
              </ButtonLink>
            )}
          </div>
        )}
      </Panel>
    </div>
  );
}

function EventList({ list, isRange }: { list: ArchivedEventList | null; isRange: boolean }) {
  if (list === null)
    return (
      <EmptyState
        icon={CalendarRange}
        title={isRange ? "That is no stretch of days" : "Choose days"}
        className="!py-8"
      >
        {isRange ? "The first day comes before the last." : "Archives hold what is too old to be at hand."}
      </EmptyState>
    );
  if (list.logs.length === 0)
    return (
      <EmptyState icon={Archive} title="No archived events in these days" className="!py-8">
        Younger events are in the audit trail; older ones may have been deleted.
      </EmptyState>
    );
  return (
    <ul className="divide-y">
      {list.logs.map((event) => (
        <EventRow key={event.id} event={event} />
      ))}
    </ul>
  );
}

/** As on the page of the events at hand. */
const tones = { success: "neutral", failure: "bad", denied: "warn" } as const;

function EventRow({ event }: { event: ArchivedEvent }) {
  const { timestamp, actor, action, resource, status } = event;
  const tone =
    status === "success" || status === "denied" || status === "failure" ? tones[status] : "neutral";
  return (
    <li>
      <details className="group">
        <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3 text-sm hover:bg-hover sm:px-5">
          <time dateTime={timestamp} className="tabular text-xs text-ink-muted">
            {timestamp.slice(0, 19).replace("T", " ")}
          </time>
          <span className="font-medium">{action}</span>
          <span className="min-w-0 flex-1 text-ink-muted [overflow-wrap:anywhere]">
            {actor.name ?? actor.id ?? actor.type}
            {(resource.name ?? resource.id) !== null && ` → ${resource.name ?? resource.id}`}
          </span>
          <Badge tone={tone}>{status}</Badge>
        </summary>
        <div className="px-4 pb-4 sm:px-5">
          <JsonView value={event} copyLabel="Copy the event" />
        </div>
      </details>
    </li>
  );
}
