import type { Point } from "./lay-out-agents.ts";

const directions: Record<string, Point> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};

/** The nearest one that lies in the direction of an arrow key; undefined for other keys and at the edge. */
export function nextInDirection(
  positions: ReadonlyMap<string, Point>,
  from: string,
  key: string,
): { id: string; at: Point } | undefined {
  const direction = directions[key];
  const here = positions.get(from);
  if (direction === undefined || here === undefined) return undefined;
  let best: { id: string; at: Point; cost: number } | undefined;
  for (const [id, at] of positions) {
    const ahead = (at.x - here.x) * direction.x + (at.y - here.y) * direction.y;
    const aside = Math.abs((at.x - here.x) * direction.y) + Math.abs((at.y - here.y) * direction.x);
    // Within 60° of the way; what lies aside counts twice.
    if (ahead <= 0 || aside > ahead * 1.75) continue;
    const cost = ahead + aside * 2;
    if (best === undefined || cost < best.cost) best = { id, at, cost };
  }
  return best;
}
