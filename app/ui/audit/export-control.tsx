import { Button } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { ExportMenu as Menu } from "../primitives/export-menu.tsx";
import { formatCount } from "../primitives/format.ts";
import { Spinner } from "../primitives/spinner.tsx";
import { type AuditBase, auditDataHref, type ShownFilters } from "./audit-href.ts";
import type { ExportFormat, ExportState, useExport } from "./use-export.ts";

const formats = [
  { format: "csv", label: "CSV", hint: "for spreadsheets" },
  { format: "json", label: "JSON", hint: "one list" },
  { format: "ndjson", label: "NDJSON", hint: "an event a line" },
] as const;

/** The choice of formats. Links in a disclosure: without script they are plain downloads. */
export function ExportMenu({
  base,
  filters,
  onStart,
}: {
  base: AuditBase;
  filters: ShownFilters;
  onStart: (href: string, format: ExportFormat) => void;
}) {
  return (
    <Menu
      choices={formats.map((choice) => ({
        ...choice,
        href: auditDataHref(base, "export", { format: choice.format, ...filters }),
      }))}
      onChoose={({ href, format }) => onStart(href, format)}
    />
  );
}

/** How the export goes, and the digest of the file in the end. */
export function ExportProgress({ exporting }: { exporting: ReturnType<typeof useExport> }) {
  const { state, cancel, dismiss } = exporting;
  if (state === undefined) return null;
  return (
    <div
      role="status"
      className="mb-4 flex flex-wrap items-center justify-between gap-3 rounded border bg-surface px-4 py-3 text-sm"
    >
      <Words state={state} />
      {state.kind === "running" ? (
        <Button size="sm" onClick={cancel}>
          Cancel export
        </Button>
      ) : (
        <Button size="sm" variant="ghost" onClick={dismiss}>
          Dismiss
        </Button>
      )}
    </div>
  );
}

function Words({ state }: { state: ExportState }) {
  if (state.kind === "failed") return <p className="text-bad-ink">{state.message}</p>;
  if (state.kind === "running")
    return (
      <p className="tabular flex items-center gap-2">
        <Spinner className="size-4" />
        Exporting {state.format.toUpperCase()}: {formatCount(state.lines)} lines, {sizeOf(state.bytes)}
      </p>
    );
  return (
    <div className="min-w-0 space-y-1">
      <p className="tabular">
        {formatCount(state.rows)} events exported, {sizeOf(state.bytes)}.
      </p>
      <p className="flex min-w-0 max-w-full flex-wrap items-center gap-x-2 text-ink-muted">
        SHA-256 <CodeId id={state.sha256} label="Copy the digest" />
      </p>
    </div>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
