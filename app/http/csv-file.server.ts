import { textResponse } from "./known-body.server.ts";

/** A CSV to be kept as a file. */
export const csvFile = (name: string, text: string): Response =>
  textResponse(text, {
    status: 200,
    headers: {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": `attachment; filename="${name}.csv"`,
      "Cache-Control": "no-store",
    },
  });
