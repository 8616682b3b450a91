import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { listApiKeys } from "#app/domain/auth/list-api-keys.server.ts";
import { revokeApiKey } from "#app/domain/auth/revoke-api-key.server.ts";
import { apiKeyIdSchema, apiKeyKinds, apiKeyStates, createApiKeySchema } from "#app/domain/auth/schema.ts";
import { keyScopes } from "#app/domain/auth/scopes.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { KeysPage } from "#app/ui/settings/keys-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "API keys · Signalbox" }];

export const handle = placeOf({ here: () => "API keys" });

const shown = 50;
const dayMs = 24 * 60 * 60 * 1_000;

export const loader = pageLoader({
  scope: "keys:write",
  query: z.object({
    kind: orEmpty(z.enum(apiKeyKinds)),
    state: orEmpty(z.enum(apiKeyStates)),
    cursor: orEmpty(apiKeyIdSchema),
  }),
  handler: async ({ runtime, db, actor, query: { cursor, ...filters }, url }) => {
    const { origin, originGiven } = runtime.env.http;
    return {
      list: await listApiKeys(db, actor, { limit: shown, cursor, ...filters }),
      readAt: new Date().toISOString(),
      filters,
      isContinued: cursor !== undefined,
      scopes: keyScopes.filter((scope) => actor.scopes.has(scope)),
      origin: originGiven ? origin : url.origin,
    };
  },
});

/** A form sends one checked box as a text and several as a list. */
const checkedScopes = z
  .union([z.string(), z.array(z.string())], "choose at least one")
  .transform((checked) => [checked].flat())
  .pipe(z.array(z.enum(keyScopes)));

export const action = pageAction({
  scope: "keys:write",
  form: z.discriminatedUnion("intent", [
    z.strictObject({
      intent: z.literal("create"),
      name: createApiKeySchema.shape.name,
      scopes: checkedScopes,
      expiresInDays: z.enum(["30", "90", "365", ""]),
    }),
    z.strictObject({ intent: z.literal("revoke"), keyId: apiKeyIdSchema }),
  ]),
  handler: async ({ runtime, db, actor, form, request }) => {
    switch (form.intent) {
      case "create": {
        const { name, scopes, expiresInDays } = form;
        const expiresAt =
          expiresInDays === ""
            ? undefined
            : new Date(Date.now() + Number(expiresInDays) * dayMs).toISOString();
        return {
          createdKey: await createApiKey(db, actor, { name, agentId: null, scopes, expiresAt }, request),
        };
      }
      case "revoke":
        await revokeApiKey(runtime, actor, form.keyId, request);
        return { done: "Key revoked" };
    }
  },
});

export default function Keys() {
  return <KeysPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
