import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { readIntegrity } from "#app/domain/integrity/read-integrity.server.ts";
import { listSeals } from "#app/domain/integrity/read-seals.server.ts";
import { sequenceSchema } from "#app/domain/integrity/schema.ts";
import { startVerification } from "#app/domain/integrity/start-verification.server.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { IntegrityPage } from "#app/ui/integrity/integrity-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Integrity · Signalbox" }];

export const handle = placeOf({ here: () => "Integrity" });

const shown = 20;

export const loader = pageLoader({
  scope: "activity:read",
  query: z.object({ before: orEmpty(sequenceSchema) }),
  handler: async ({ db, actor, query }) => {
    const [integrity, seals] = await Promise.all([
      readIntegrity(db, actor),
      listSeals(db, actor, { limit: shown, cursor: query.before }),
    ]);
    return { integrity, seals, isFirstPage: query.before === undefined };
  },
});

export const action = pageAction({
  scope: "activity:read",
  form: z.strictObject({ intent: z.literal("verify") }),
  handler: async ({ db, actor, request }) => {
    await startVerification(db, actor, request);
    return { done: "The check has been asked for" };
  },
});

export default function Integrity() {
  return <IntegrityPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
