import { useRef } from "react";
import type { Topology } from "#app/domain/messaging/topology-schema.ts";
import { layOutAgents, type Point } from "./lay-out-agents.ts";

/**
 * Where everything stands. It stays there while one looks, whatever is sent, allowed or revoked; an agent
 * that is new is put where there is room, and the others keep their places.
 */
export function usePositions({ agents, deskId, edges }: Topology): ReadonlyMap<string, Point> {
  const known = useRef<ReadonlyMap<string, Point>>(new Map());
  // By id, that is by age: renaming one moves nothing.
  const ids = [...agents.map(({ id }) => id as string), ...(deskId === null ? [] : [deskId])].sort();
  if (ids.some((id) => !known.current.has(id)))
    known.current = layOutAgents({
      ids,
      links: edges
        .filter(({ permitted }) => permitted)
        .map(({ senderId, recipientId }) => ({ source: senderId, target: recipientId }))
        .sort((a, b) => (a.source + a.target < b.source + b.target ? -1 : 1)),
      fixed: known.current,
    });
  return known.current;
}
