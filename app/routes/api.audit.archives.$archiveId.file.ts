import { Readable } from "node:stream";
import { z } from "zod";
import { archiveIdSchema } from "#app/domain/integrity/archive/archive-schema.ts";
import { openArchive } from "#app/domain/integrity/archive/open-archive.server.ts";
import { api } from "#app/http/api-route.server.ts";

/** An archive as it is: it can be checked with the public key alone. */
const route = api({
  GET: {
    scope: "activity:read",
    params: z.object({ archiveId: archiveIdSchema }),
    handler: async ({ db, runtime, actor, params: { archiveId }, request }) => {
      const file = await openArchive(db, runtime.trail.store, actor, { archiveId, request });
      return new Response(Readable.toWeb(file) as ReadableStream<Uint8Array>, {
        headers: {
          "Content-Type": "application/gzip",
          "Content-Disposition": `attachment; filename="${archiveId}.ndjson.gz"`,
          "Cache-Control": "no-store",
        },
      });
    },
  },
});

export const loader = route.loader;
export const action = route.action;
