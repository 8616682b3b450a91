import { History } from "lucide-react";
import type { RetentionRunView } from "#app/domain/integrity/archive/archive-schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { formatBytes } from "./format-bytes.ts";

/** What retention did on the days on which there was something to do. */
export function RunsPanel({ runs, lastRunAt }: { runs: RetentionRunView[]; lastRunAt: string | null }) {
  return (
    <Panel
      title="Runs"
      description={
        lastRunAt === null ? (
          "Every day at 02:00 UTC. None has run yet."
        ) : (
          <>
            Every day at 02:00 UTC; last <RelativeTime at={lastRunAt} />. Listed are those with something to
            do.
          </>
        )
      }
      flush
    >
      {runs.length === 0 ? (
        <EmptyState icon={History} title="Nothing was old enough yet" className="!py-8" />
      ) : (
        <ul className="divide-y">
          {runs.map((run) => (
            <li
              key={run.startedAt}
              className="flex flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-3 text-sm sm:px-5"
            >
              <span className="w-24 shrink-0 text-ink-muted">
                <RelativeTime at={run.startedAt} />
              </span>
              <span className="min-w-0 flex-1 basis-56 [overflow-wrap:anywhere]">
                {inWords(run)}
                {run.error !== null && <span className="block text-xs text-bad-ink">{run.error}</span>}
              </span>
              {run.error !== null && <Badge tone="bad">Failed</Badge>}
              <span className="tabular text-xs text-ink-muted">{(run.durationMs / 1_000).toFixed(1)} s</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function inWords({
  archivedEvents,
  archives,
  bytes,
  deletedEvents,
  deletedArchives,
}: RetentionRunView): string {
  const archived =
    archives > 0 &&
    `${formatCount(archivedEvents)} events archived in ${formatCount(archives)} ${archives === 1 ? "file" : "files"}, ${formatBytes(bytes)}`;
  const deleted =
    deletedArchives > 0 &&
    `${formatCount(deletedEvents)} events deleted with ${formatCount(deletedArchives)} ${deletedArchives === 1 ? "archive" : "archives"}`;
  return [archived, deleted].filter(Boolean).join("; ") || "Nothing was moved";
}
