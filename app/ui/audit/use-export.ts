import { useEffect, useRef, useState } from "react";

export type ExportFormat = "csv" | "json" | "ndjson";

/** How an export goes. */
export type ExportState =
  | { kind: "running"; format: ExportFormat; lines: number; bytes: number }
  | { kind: "finished"; format: ExportFormat; rows: number; bytes: number; sha256: string }
  | { kind: "failed"; message: string };

interface FinishedExport {
  rows: number;
  bytes: number;
  sha256: string;
}

const newline = 10;
/** Shown at most so often. */
const showEveryMs = 120;

/** An export that is watched and can be called off; without script the same address is a plain download. */
export function useExport(resultHrefOf: (exportId: string) => string) {
  const [state, setState] = useState<ExportState>();
  const controller = useRef<AbortController>();
  useEffect(() => () => controller.current?.abort(), []);

  async function run(href: string, format: ExportFormat, signal: AbortSignal): Promise<void> {
    const response = await fetch(href, { signal });
    const reader = response.body?.getReader();
    if (!response.ok || reader === undefined)
      throw new Error(`The export was answered by ${response.status}.`);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let lines = 0;
    let bytes = 0;
    let shownAtMs = 0;
    for (let piece = await reader.read(); piece.value !== undefined; piece = await reader.read()) {
      parts.push(new Uint8Array(piece.value));
      bytes += piece.value.byteLength;
      for (const byte of piece.value) if (byte === newline) lines += 1;
      if (performance.now() - shownAtMs < showEveryMs) continue;
      shownAtMs = performance.now();
      setState({ kind: "running", format, lines, bytes });
    }
    const result = await fetch(resultHrefOf(response.headers.get("X-Export-Id") ?? ""), { signal });
    if (!result.ok) throw new Error(`The export’s digest was answered by ${result.status}.`);
    const finished: FinishedExport = await result.json();
    save(new Blob(parts, { type: response.headers.get("Content-Type") ?? "" }), nameOf(response, format));
    setState({ kind: "finished", format, ...finished });
  }

  return {
    state,
    start(href: string, format: ExportFormat): void {
      controller.current?.abort();
      const current = new AbortController();
      controller.current = current;
      setState({ kind: "running", format, lines: 0, bytes: 0 });
      run(href, format, current.signal).catch(() => {
        // Called off, or another was begun.
        if (current.signal.aborted) return;
        setState({ kind: "failed", message: "The export broke off. Try again." });
      });
    },
    cancel(): void {
      controller.current?.abort();
      setState(undefined);
    },
    dismiss: () => setState(undefined),
  };
}

const nameOf = (response: Response, format: ExportFormat): string =>
  /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? `audit.${format}`;

function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Not at once: a browser may still be reading it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
