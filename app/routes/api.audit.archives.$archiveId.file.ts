import { Readable } from "node:stream";
import { z } from "zod";
import { notFound } from "#app/domain/errors.ts";
import { archiveIdSchema } from "#app/domain/integrity/archive/archive-schema.ts";
import { findArchiveFile } from "#app/domain/integrity/archive/list-archives.server.ts";
import { api } from "#app/http/api-route.server.ts";

/** An archive as it is: it can be checked with the public key alone. */
const route = api({
  GET: {
    scope: "activity:read",
    params: z.object({ archiveId: archiveIdSchema }),
    handler: async ({ db, runtime, actor, params: { archiveId } }) => {
      const file = await runtime.trail.store.open(await findArchiveFile(db, actor, archiveId));
      if (file === undefined) throw notFound("archive");
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
