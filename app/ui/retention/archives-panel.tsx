import { Archive, Download } from "lucide-react";
import type { ArchiveList, ArchiveView } from "#app/domain/integrity/archive/archive-schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { formatBytes } from "./format-bytes.ts";

/** What is kept outside of the table, and what was. */
export function ArchivesPanel({ archives, nextCursor }: ArchiveList) {
  return (
    <Panel
      title="Archives"
      description="Each can be checked by itself, with the public key alone."
      actions={
        <ButtonLink to="/dashboard/audit/archive" size="sm">
          Read archived events
        </ButtonLink>
      }
      flush
    >
      {archives.length === 0 ? (
        <EmptyState icon={Archive} title="No archives yet" className="!py-8">
          The first is made when events have been at hand for long enough.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {archives.map((archive) => (
            <ArchiveRow key={archive.id} archive={archive} />
          ))}
        </ul>
      )}
      {nextCursor && (
        <div className="border-t px-4 py-2.5 sm:px-5">
          <ButtonLink to={`?before=${nextCursor}`} size="sm" preventScrollReset>
            Older archives
          </ButtonLink>
        </div>
      )}
    </Panel>
  );
}

function ArchiveRow({ archive }: { archive: ArchiveView }) {
  const { id, state, events, firstSeal, lastSeal, fromAt, toAt, bytes } = archive;
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1 basis-60">
        <p className="text-sm font-medium">
          {formatCount(events)} {events === 1 ? "event" : "events"},{" "}
          <time dateTime={fromAt}>{fromAt.slice(0, 10)}</time> to{" "}
          <time dateTime={toAt}>{toAt.slice(0, 10)}</time>
        </p>
        <p className="mt-0.5 text-xs text-ink-muted">
          Seals {formatCount(firstSeal)} to {formatCount(lastSeal)}
          {bytes !== null && ` · ${formatBytes(bytes)}`}
        </p>
      </div>
      {state === "stored" && (
        <ButtonLink
          to={`/api/audit/archives/${id}/file`}
          reloadDocument
          size="sm"
          icon={<Download aria-hidden="true" className="size-4" />}
        >
          Download
        </ButtonLink>
      )}
      {state === "planned" && <Badge tone="info">Being written</Badge>}
      {state === "deleted" && (
        <span className="flex items-center gap-2 text-xs text-ink-muted">
          <Badge>Deleted</Badge>
          {archive.deletedAt && <RelativeTime at={archive.deletedAt} />}
        </span>
      )}
    </li>
  );
}
