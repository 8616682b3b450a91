import { z } from "zod";
import { exportMessages } from "#app/domain/messaging/export-messages.server.ts";
import { exportFormats } from "#app/domain/messaging/message-export-lines.ts";
import { messageFilterQuery } from "#app/http/message-filter-query.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { textStream } from "#app/http/text-stream.server.ts";

const contentTypes = { csv: "text/csv; charset=utf-8", ndjson: "application/x-ndjson" } as const;

/** The list of messages as a file. */
export const loader = asResource(
  pageLoader({
    scope: "messages:read",
    query: z.object({ format: z.enum(exportFormats), ...messageFilterQuery }),
    handler: async ({ db, actor, request, query: { format, ...filters } }) => {
      const nowMs = Date.now();
      const pieces = await exportMessages(db, actor, { format, filters, nowMs, request });
      const name = `messages-${new Date(nowMs).toISOString().slice(0, 10)}.${format}`;
      return textStream(pieces, {
        headers: {
          "Content-Type": contentTypes[format],
          "Content-Disposition": `attachment; filename="${name}"`,
          "Cache-Control": "no-store",
        },
      });
    },
  }),
);
