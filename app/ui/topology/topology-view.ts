import type {
  Topology,
  TopologyAgent,
  TopologyEdge,
  TopologyWindow,
} from "#app/domain/messaging/topology-schema.ts";
import { matchWords } from "../shell/match-words.ts";
import { topologyPath } from "./topology-tabs.tsx";

/** Which edges are shown; without it, all. */
export const shownEdges = {
  permitted: { label: "All permitted" },
  traffic: { label: "With traffic" },
  refused: { label: "Refused only" },
} as const;
export type ShownEdges = keyof typeof shownEdges;

/** Orders of the list; without it, the busiest first. */
export const edgeOrders = {
  refused: { label: "Most refused first" },
  sender: { label: "By sender" },
  recipient: { label: "By recipient" },
  newest: { label: "Newest permission first" },
} as const;
export type EdgeOrder = keyof typeof edgeOrders;

export const windowWords: Record<TopologyWindow, { label: string; of: string }> = {
  "1h": { label: "1 h", of: "the last hour" },
  "24h": { label: "24 h", of: "the last 24 hours" },
  "7d": { label: "7 d", of: "the last 7 days" },
  "30d": { label: "30 d", of: "the last 30 days" },
};
export const defaultWindow: TopologyWindow = "24h";

/** What the URL says of the page. All but the window is applied to what is loaded already. */
export interface TopologyView {
  window: TopologyWindow;
  show: ShownEdges | undefined;
  search: string;
  order: EdgeOrder | undefined;
  page: number;
  /** The agent that is looked at. */
  agent: string | undefined;
  /** The two ends of the edge that is looked at. */
  from: string | undefined;
  to: string | undefined;
}

const oneOf = <K extends string>(words: Record<K, unknown>, value: string | null): K | undefined =>
  value !== null && Object.hasOwn(words, value) ? (value as K) : undefined;

/** Lenient, since links gather parameters; the window alone is checked, by the loader. */
export function readView(search: URLSearchParams): TopologyView {
  const page = Number(search.get("page") ?? 1);
  return {
    window: oneOf(windowWords, search.get("window")) ?? defaultWindow,
    show: oneOf(shownEdges, search.get("show")),
    search: (search.get("search") ?? "").trim().slice(0, 200),
    order: oneOf(edgeOrders, search.get("order")),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
    agent: search.get("agent") ?? undefined,
    from: search.get("from") ?? undefined,
    to: search.get("to") ?? undefined,
  };
}

/** The page's URL with something changed. */
export function hrefOf(view: TopologyView, change: Partial<TopologyView> = {}): string {
  const { window, page, ...rest } = { ...view, ...change };
  const search = new URLSearchParams();
  if (window !== defaultWindow) search.set("window", window);
  for (const [name, value] of Object.entries(rest)) if (value) search.set(name, value);
  if (page > 1) search.set("page", String(page));
  const text = search.toString();
  return text === "" ? topologyPath : `${topologyPath}?${text}`;
}

const nowhere = { agent: undefined, from: undefined, to: undefined } as const;
export const agentHref = (view: TopologyView, id: string): string => hrefOf(view, { ...nowhere, agent: id });
export const edgeHref = (view: TopologyView, from: string, to: string): string =>
  hrefOf(view, { ...nowhere, from, to });
export const closeHref = (view: TopologyView): string => hrefOf(view, nowhere);

/** What an edge says: permitted, refused (nothing permits what was sent), or no longer permitted. */
export type EdgeState = "permitted" | "refused" | "former";

export const stateOf = ({ permitted, blocked }: TopologyEdge): EdgeState =>
  permitted ? "permitted" : blocked > 0 ? "refused" : "former";

export const keyOfEdge = ({
  senderId,
  recipientId,
}: Pick<TopologyEdge, "senderId" | "recipientId">): string => `${senderId} ${recipientId}`;

export const deskName = "Operators’ desk";

export const namesOf = ({ agents, deskId }: Topology): Map<string, string> => {
  const names = new Map<string, string>(agents.map(({ id, name }) => [id, name]));
  if (deskId !== null) names.set(deskId, deskName);
  return names;
};

/** The agents that are searched for; undefined while nothing is. */
export function findAgents(agents: readonly TopologyAgent[], search: string): Set<string> | undefined {
  if (search === "") return undefined;
  return new Set(
    agents
      .filter(({ id, name }) => id === search || matchWords(search, name) !== undefined)
      .map(({ id }) => id),
  );
}

const isShown: Record<ShownEdges, (edge: TopologyEdge) => boolean> = {
  permitted: ({ permitted }) => permitted,
  traffic: ({ sent }) => sent > 0,
  refused: (edge) => stateOf(edge) === "refused",
};

export const filterEdges = (edges: readonly TopologyEdge[], show: ShownEdges | undefined): TopologyEdge[] =>
  show === undefined ? [...edges] : edges.filter(isShown[show]);

/** In the order that is asked for; what is equal in it by names, so that nothing changes places by itself. */
export function sortEdges(
  edges: readonly TopologyEdge[],
  order: EdgeOrder | undefined,
  names: ReadonlyMap<string, string>,
): TopologyEdge[] {
  const rows = edges.map((edge) => ({
    edge,
    sender: names.get(edge.senderId) ?? "",
    recipient: names.get(edge.recipientId) ?? "",
  }));
  type EdgeRow = (typeof rows)[number];
  const bySender = (a: EdgeRow, b: EdgeRow) =>
    a.sender.localeCompare(b.sender) || a.recipient.localeCompare(b.recipient);
  const compare: Record<EdgeOrder | "busiest", (a: EdgeRow, b: EdgeRow) => number> = {
    busiest: (a, b) => b.edge.sent - a.edge.sent,
    refused: (a, b) => b.edge.blocked - a.edge.blocked || b.edge.sent - a.edge.sent,
    sender: () => 0,
    recipient: (a, b) => a.recipient.localeCompare(b.recipient),
    newest: (a, b) => (b.edge.permittedAt ?? "").localeCompare(a.edge.permittedAt ?? ""),
  };
  const by = compare[order ?? "busiest"];
  return rows.sort((a, b) => by(a, b) || bySender(a, b)).map(({ edge }) => edge);
}
