import { ChevronDown, Download } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, useRef } from "react";
import { Button } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
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
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => menu.current?.removeAttribute("open");
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>): void => {
    if (!currentTarget.contains(relatedTarget)) close();
  };
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key !== "Escape") return;
    close();
    menu.current?.querySelector("summary")?.focus();
  };
  return (
    <details ref={menu} onBlur={onBlur} onKeyDown={onKeyDown} className="relative">
      <summary className="inline-flex h-10 cursor-pointer list-none items-center gap-2 rounded border border-line-strong bg-surface px-3 text-sm font-medium text-ink shadow-control transition-colors hover:bg-hover sm:h-8 [&::-webkit-details-marker]:hidden">
        <Download aria-hidden="true" className="size-4" />
        Export
        <ChevronDown aria-hidden="true" className="size-3.5 text-ink-muted" />
      </summary>
      <ul className="absolute left-0 z-30 mt-1 w-64 rounded-lg bg-surface p-1.5 shadow-overlay sm:left-auto sm:right-0">
        {formats.map(({ format, label, hint }) => {
          const href = auditDataHref(base, "export", { format, ...filters });
          return (
            <li key={format}>
              <a
                href={href}
                download
                onClick={(event) => {
                  event.preventDefault();
                  close();
                  onStart(href, format);
                }}
                className="flex min-h-10 items-baseline gap-2 rounded px-2 py-2 text-sm transition-colors hover:bg-hover sm:min-h-8 sm:py-1.5"
              >
                <span className="font-medium text-ink">{label}</span>
                <span className="text-xs text-ink-muted">{hint}</span>
              </a>
            </li>
          );
        })}
      </ul>
    </details>
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
