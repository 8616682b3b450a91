import type { MetaFunction } from "@remix-run/node";
import { type ShouldRevalidateFunctionArgs, useLoaderData, useSearchParams } from "@remix-run/react";
import { z } from "zod";
import { trafficTopic } from "#app/domain/live/schema.ts";
import { addAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { agentIdSchema } from "#app/domain/messaging/agent-schema.ts";
import { readTopology } from "#app/domain/messaging/read-topology.server.ts";
import { removeAllowlistEdge } from "#app/domain/messaging/remove-allowlist-edge.server.ts";
import { topologyWindows } from "#app/domain/messaging/topology-schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { useRevalidateOnChange } from "#app/ui/live/use-revalidate-on-change.ts";
import { TopologyPage } from "#app/ui/topology/topology-page.tsx";
import { defaultWindow, readView } from "#app/ui/topology/topology-view.ts";

export const meta: MetaFunction = () => [{ title: "Topology · Signalbox" }];

export const loader = pageLoader({
  scope: "agents:read",
  query: z.object({ window: orEmpty(z.enum(topologyWindows)) }),
  handler: async ({ db, actor, query: { window = defaultWindow } }) => ({
    topology: await readTopology(db, actor, { window, now: new Date() }),
    mayWrite: actor.scopes.has("agents:write"),
  }),
});

/** Looking at an edge, searching and filtering show what is loaded already; only the window loads. */
export function shouldRevalidate({
  currentUrl,
  nextUrl,
  formMethod = "GET",
  defaultShouldRevalidate,
}: ShouldRevalidateFunctionArgs): boolean {
  const isViewOnly =
    formMethod === "GET" &&
    currentUrl.pathname === nextUrl.pathname &&
    currentUrl.href !== nextUrl.href &&
    currentUrl.searchParams.get("window") === nextUrl.searchParams.get("window");
  return isViewOnly ? false : defaultShouldRevalidate;
}

const ends = { senderId: agentIdSchema, recipientId: agentIdSchema };

export const action = pageAction({
  scope: "agents:write",
  form: z.discriminatedUnion("intent", [
    z.strictObject({ intent: z.literal("allow"), ...ends }),
    z.strictObject({ intent: z.literal("revoke"), ...ends }),
  ]),
  handler: async ({ db, actor, form: { intent, ...edge }, request }) => {
    if (intent === "allow") {
      await addAllowlistEdge(db, actor, edge, request);
      return { done: "Allowed" };
    }
    await removeAllowlistEdge(db, actor, edge, request);
    return { done: "No longer allowed" };
  },
});

export default function TopologyRoute() {
  const { topology, mayWrite } = useLoaderData<typeof loader>();
  const [search] = useSearchParams();
  const live = useRevalidateOnChange({ topics: [trafficTopic], minIntervalMs: 3_000 });
  return <TopologyPage topology={topology} view={readView(search)} mayWrite={mayWrite} live={live} />;
}
