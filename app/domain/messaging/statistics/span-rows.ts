import type { Span } from "./statistics-window.ts";

/** SQL: stretches of roll-ups to read, beside `spanJson` as the parameter of `json_to_recordset`. */
export const spanColumns = "(part text, grain text, from_at timestamptz, to_at timestamptz)";

/** Stretches, each under the name of the part that it belongs to. */
export const spanJson = (parts: Record<string, readonly Span[]>): string =>
  JSON.stringify(
    Object.entries(parts).flatMap(([part, spans]) =>
      spans.map(({ grain, fromMs, toMs }) => ({
        part,
        grain,
        from_at: new Date(fromMs).toISOString(),
        to_at: new Date(toMs).toISOString(),
      })),
    ),
  );
