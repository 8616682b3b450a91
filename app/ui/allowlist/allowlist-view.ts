import type { AllowlistMatrix } from "#app/domain/messaging/topology-schema.ts";
import { matchWords } from "../shell/match-words.ts";
import { allowlistPath } from "../topology/topology-tabs.tsx";

/** What the URL says of the page; applied to what is loaded already. */
export interface AllowlistView {
  /** Words of the senders' names: the rows. */
  senders: string;
  /** Words of the recipients' names: the columns. */
  recipients: string;
  /** Agents without an edge are left out. */
  isEdgesOnly: boolean;
  /** The agent whose lists are open. */
  agent: string | undefined;
}

const words = (value: string | null): string => (value ?? "").trim().slice(0, 200);

export const readView = (search: URLSearchParams): AllowlistView => ({
  senders: words(search.get("senders")),
  recipients: words(search.get("recipients")),
  isEdgesOnly: search.get("only") === "edges",
  agent: search.get("agent") || undefined,
});

export function hrefOf(view: AllowlistView, change: Partial<AllowlistView> = {}): string {
  const { senders, recipients, isEdgesOnly, agent } = { ...view, ...change };
  const search = new URLSearchParams();
  if (senders !== "") search.set("senders", senders);
  if (recipients !== "") search.set("recipients", recipients);
  if (isEdgesOnly) search.set("only", "edges");
  if (agent !== undefined) search.set("agent", agent);
  const text = search.toString();
  return text === "" ? allowlistPath : `${allowlistPath}?${text}`;
}

/** Where an agent's lists are on the page. */
export const agentHash = "agent";
export const agentHref = (view: AllowlistView, agent: string): string =>
  `${hrefOf(view, { agent })}#${agentHash}`;

/** For each agent how many may send to it, by its place. */
export function countSenders(receivers: readonly Iterable<number>[]): number[] {
  const counts = receivers.map(() => 0);
  for (const row of receivers) for (const place of row) counts[place] = (counts[place] ?? 0) + 1;
  return counts;
}

/** The places of the agents that are rows, and of those that are columns. */
export function shownPlaces({ agents, receivers }: AllowlistMatrix, view: AllowlistView) {
  const senderCounts = countSenders(receivers);
  const places = (search: string, hasEdge: (place: number) => boolean): number[] =>
    agents.flatMap(({ name, id }, place) => {
      const matches = search === "" || id === search || matchWords(search, name) !== undefined;
      return matches && (!view.isEdgesOnly || hasEdge(place)) ? [place] : [];
    });
  return {
    rows: places(view.senders, (place) => (receivers[place]?.length ?? 0) > 0),
    columns: places(view.recipients, (place) => (senderCounts[place] ?? 0) > 0),
  };
}
