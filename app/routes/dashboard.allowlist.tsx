import type { MetaFunction } from "@remix-run/node";
import {
  type ShouldRevalidateFunctionArgs,
  useActionData,
  useLoaderData,
  useSearchParams,
} from "@remix-run/react";
import { z } from "zod";
import { addAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { readAllowlistMatrix } from "#app/domain/messaging/read-allowlist-matrix.server.ts";
import { removeAllowlistEdge } from "#app/domain/messaging/remove-allowlist-edge.server.ts";
import { setAgentEdges } from "#app/domain/messaging/set-agent-edges.server.ts";
import { setAgentEdgesSchema } from "#app/domain/messaging/topology-schema.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { parseInput } from "#app/http/parse-input.server.ts";
import { AllowlistPage } from "#app/ui/allowlist/allowlist-page.tsx";
import { readView } from "#app/ui/allowlist/allowlist-view.ts";
import { toFormProblem } from "#app/ui/form-failure.ts";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Allowlist · Signalbox" }];

export const handle = placeOf({ here: () => "Allowlist" });

export const loader = pageLoader({
  scope: "agents:read",
  handler: async ({ db, actor }) => ({
    matrix: await readAllowlistMatrix(db, actor),
    mayWrite: actor.scopes.has("agents:write"),
  }),
});

/** Searching and opening an agent's lists show what is loaded already. */
export function shouldRevalidate({
  currentUrl,
  nextUrl,
  formMethod = "GET",
  defaultShouldRevalidate,
}: ShouldRevalidateFunctionArgs): boolean {
  const isViewOnly =
    formMethod === "GET" && currentUrl.pathname === nextUrl.pathname && currentUrl.href !== nextUrl.href;
  return isViewOnly ? false : defaultShouldRevalidate;
}

const { side, allowed } = setAgentEdgesSchema.shape;
const intent = <I extends string, S extends z.core.$ZodLooseShape>(name: I, fields: S) =>
  z.strictObject({ intent: z.literal(name), ...fields });

/** All forms are about the agent whose lists are open, which the URL names. */
export const action = pageAction({
  scope: "agents:write",
  form: z.discriminatedUnion("intent", [
    intent("allow", { recipientId: agentIdSchema }),
    intent("disallow", { recipientId: agentIdSchema }),
    intent("allow-sender", { senderId: agentIdSchema }),
    intent("disallow-sender", { senderId: agentIdSchema }),
    intent("set-all", {
      side,
      allowed: z
        .enum(["true", "false"])
        .transform((value) => value === "true")
        .pipe(allowed),
    }),
  ]),
  handler: async ({ db, actor, form, request, url }) => {
    const { agent } = parseInput(
      z.object({ agent: agentIdSchema }),
      { agent: url.searchParams.get("agent") },
      "query",
    );
    switch (form.intent) {
      case "allow":
        await addAllowlistEdge(db, actor, { senderId: agent, recipientId: form.recipientId }, request);
        return { done: "Allowed" };
      case "allow-sender":
        await addAllowlistEdge(db, actor, { senderId: form.senderId, recipientId: agent }, request);
        return { done: "Allowed" };
      case "disallow":
        await removeAllowlistEdge(db, actor, { senderId: agent, recipientId: form.recipientId }, request);
        return { done: "No longer allowed" };
      case "disallow-sender":
        await removeAllowlistEdge(db, actor, { senderId: form.senderId, recipientId: agent }, request);
        return { done: "No longer allowed" };
      case "set-all": {
        const { intent: _, ...change } = form;
        const count = await setAgentEdges(db, actor, { agentId: agent, ...change }, request);
        return {
          done: `${count} ${count === 1 ? "edge" : "edges"} ${change.allowed ? "allowed" : "taken away"}`,
        };
      }
    }
  },
});

export default function AllowlistRoute() {
  const { matrix, mayWrite } = useLoaderData<typeof loader>();
  const [search] = useSearchParams();
  const answer = useActionData<typeof action>();
  return (
    <AllowlistPage
      matrix={matrix}
      view={readView(search)}
      mayWrite={mayWrite}
      problem={toFormProblem(answer)?.message}
    />
  );
}
