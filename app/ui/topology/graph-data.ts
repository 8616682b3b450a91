import type { Topology, TopologyEdge } from "#app/domain/messaging/topology-schema.ts";
import { keyOfEdge, stateOf } from "./topology-view.ts";

/** Edges that are drawn at most: more of them are neither told apart nor moved smoothly. */
export const mostDrawn = 2_500;

/** Which edges to draw: the refused first, then the busiest. They come back with those on top last. */
export function edgesToDraw(edges: readonly TopologyEdge[]): TopologyEdge[] {
  const rank = (edge: TopologyEdge) => (stateOf(edge) === "refused" ? 1 : 0);
  return [...edges]
    .sort((a, b) => rank(b) - rank(a) || b.sent - a.sent || keyOfEdge(a).localeCompare(keyOfEdge(b)))
    .slice(0, mostDrawn)
    .reverse();
}

/** How wide an edge is drawn, in pixels: by the order of magnitude of what went over it. */
export const widthOf = (sent: number): number => (sent === 0 ? 1 : Math.min(5.5, 1.5 + Math.log10(sent)));

/** What an agent sent to and received from those that are shown. */
export interface NodeCounts {
  sent: number;
  received: number;
}

export function countByNode({ edges }: Pick<Topology, "edges">): Map<string, NodeCounts> {
  const counts = new Map<string, NodeCounts>();
  const of = (id: string): NodeCounts => {
    const known = counts.get(id) ?? { sent: 0, received: 0 };
    counts.set(id, known);
    return known;
  };
  for (const { senderId, recipientId, sent, blocked } of edges) {
    of(senderId).sent += sent;
    of(recipientId).received += sent - blocked;
  }
  return counts;
}

/** What is looked at, with all that it has to do with; undefined while nothing in particular is. */
export interface Focus {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

export function focusOnNodes(ids: ReadonlySet<string>, edges: readonly TopologyEdge[]): Focus {
  const near = edges.filter(({ senderId, recipientId }) => ids.has(senderId) || ids.has(recipientId));
  return {
    nodes: new Set([...ids, ...near.flatMap(({ senderId, recipientId }) => [senderId, recipientId])]),
    edges: new Set(near.map(keyOfEdge)),
  };
}

export const focusOnEdge = (from: string, to: string): Focus => ({
  nodes: new Set([from, to]),
  edges: new Set([`${from} ${to}`]),
});

export const focusOnEdges = (edges: readonly TopologyEdge[]): Focus => ({
  nodes: new Set(edges.flatMap(({ senderId, recipientId }) => [senderId, recipientId])),
  edges: new Set(edges.map(keyOfEdge)),
});
