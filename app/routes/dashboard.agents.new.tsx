import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData } from "@remix-run/react";
import { createAgentSchema } from "#app/domain/messaging/agent-schema.ts";
import { createAgentInBudget } from "#app/domain/usage/create-agent-in-budget.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { AgentFormPage } from "#app/ui/agents/agent-form-page.tsx";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "New agent · Signalbox" }];

export const handle = placeOf({ here: () => "New" });

export const loader = pageLoader({ scope: "agents:write", handler: () => null });

export const action = pageAction({
  scope: "agents:write",
  form: createAgentSchema,
  handler: async ({ db, actor, form, request }) => {
    const agent = await createAgentInBudget(
      db,
      actor,
      { ...form, description: form.description || null },
      request,
    );
    return redirect(`/dashboard/agents/${agent.id}`);
  },
});

export default function NewAgent() {
  return <AgentFormPage problem={toFormProblem(useActionData<typeof action>())} />;
}
