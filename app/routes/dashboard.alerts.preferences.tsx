import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { readBellPreferences, setBellPreferences } from "#app/domain/alerts/bell-preferences.server.ts";
import { isRuleKind, ruleKindNames } from "#app/domain/alerts/rule-kinds.ts";
import { preferencesSchema } from "#app/domain/alerts/rule-schema.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { PreferencesPage } from "#app/ui/alerts/bell/preferences-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Your bell · Signalbox" }];

export const handle = placeOf({ here: () => "Your bell" });

export const loader = pageLoader({
  scope: "alerts:read",
  handler: async ({ db, actor }) => ({ preferences: await readBellPreferences(db, actor) }),
});

/** What is ticked is shown: the form says what rings, and what is kept is what does not. */
export const action = pageAction({
  scope: "alerts:read",
  form: z.strictObject({
    minSeverity: preferencesSchema.shape.minSeverity,
    kinds: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .transform((value) => (value === undefined ? [] : [value].flat().filter(isRuleKind))),
  }),
  handler: async ({ db, actor, form: { minSeverity, kinds }, request }) => {
    const mutedKinds = ruleKindNames.filter((kind) => !kinds.includes(kind));
    await setBellPreferences(db, actor, { minSeverity, mutedKinds }, request);
    return { done: "Your bell is set" };
  },
});

export default function BellPreferences() {
  return <PreferencesPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
