import {
  type Force,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from "d3-force";

/** A node's box, and the room around it, in pixels at zoom 1. */
export const nodeWidth = 144;
export const nodeHeight = 40;
const gap = { x: 22, y: 28 };

/**
 * The forces work where each box with its room is a square of this side, so that names stand in rows and
 * not in one column; seen as it is drawn, what they make round is about as wide as a screen.
 */
const side = 100;
const scale = { x: (nodeWidth + gap.x) / side, y: (nodeHeight + gap.y) / side };

export interface Point {
  x: number;
  y: number;
}

interface Body extends SimulationNodeDatum {
  id: string;
  x: number;
  y: number;
}

interface LayoutInput {
  /** In an order that is always the same. */
  ids: readonly string[];
  /** Who is drawn near whom. */
  links: readonly { source: string; target: string }[];
  /** Places that are to stay: those of what is drawn already. */
  fixed?: ReadonlyMap<string, Point>;
}

/**
 * Where each agent stands (its middle): near those it may write to, no two boxes over each other, in the
 * shape of a screen. d3-force draws no lots, so the same agents and edges have the same places each time.
 */
export function layOutAgents({ ids, links, fixed }: LayoutInput): Map<string, Point> {
  const columns = Math.ceil(Math.sqrt(ids.length));
  const bodies: Body[] = ids.map((id, index) => {
    const place = fixed?.get(id);
    if (place !== undefined) {
      const at = { x: place.x / scale.x, y: place.y / scale.y };
      return { id, ...at, fx: at.x, fy: at.y };
    }
    // From rows rather than from one point: fewer steps until they stand apart.
    return {
      id,
      x: ((index % columns) - (columns - 1) / 2) * side * 1.1,
      y: (Math.floor(index / columns) - (columns - 1) / 2) * side * 1.1,
    };
  });
  const known = new Set(ids);
  // A few can stand far enough apart to see each edge whole.
  const isSmall = ids.length <= 25;
  const steps = ids.length > 200 ? 160 : 300;
  forceSimulation(bodies)
    .stop()
    .alphaDecay(1 - 0.001 ** (1 / steps))
    .force(
      "links",
      forceLink<Body, { source: string; target: string }>(
        links
          .filter(({ source, target }) => known.has(source) && known.has(target))
          .map(({ source, target }) => ({ source, target })),
      )
        .id(({ id }) => id)
        .distance(side * (isSmall ? 2.6 : 1.4)),
    )
    .force(
      "charge",
      forceManyBody()
        .strength(-180)
        .distanceMax(side * 8),
    )
    .force("x", forceX(0).strength(0.16))
    .force("y", forceY(0).strength(0.07))
    .force("apart", keepApart())
    .tick(steps);
  separate(bodies);
  return new Map(
    bodies.map(({ id, x, y }) => [id, { x: Math.round(x * scale.x), y: Math.round(y * scale.y) }]),
  );
}

/** As d3's `forceCollide`, for boxes: its discs would leave three times the height of a name between two. */
function keepApart(): Force<Body, undefined> {
  let bodies: Body[] = [];
  return Object.assign(() => void pushApart(bodies, 0.5), {
    initialize: (all: Body[]) => {
      bodies = all;
    },
  });
}

/** What the forces have left over each other is moved, until nothing is. */
function separate(bodies: Body[]): void {
  for (let round = 0; round < mostRounds; round += 1) if (!pushApart(bodies, 1)) return;
}

const mostRounds = 400;

/** Moves each two that overlap along the shorter way; what is fixed stays. */
function pushApart(bodies: readonly Body[], share: number): boolean {
  let moved = false;
  for (const [index, one] of bodies.entries())
    for (let next = index + 1; next < bodies.length; next += 1) {
      const other = bodies[next];
      if (other === undefined) continue;
      const dx = other.x - one.x;
      const dy = other.y - one.y;
      const overX = side - Math.abs(dx);
      const overY = side - Math.abs(dy);
      if (overX <= 0.5 || overY <= 0.5) continue;
      moved = true;
      if (overX < overY) shift(one, other, "x", (dx < 0 ? -1 : 1) * overX * share);
      else shift(one, other, "y", (dy < 0 ? -1 : 1) * overY * share);
    }
  return moved;
}

function shift(one: Body, other: Body, axis: "x" | "y", by: number): void {
  const oneIsFixed = one.fx != null;
  const otherIsFixed = other.fx != null;
  if (oneIsFixed && otherIsFixed) return;
  if (oneIsFixed) other[axis] += by;
  else if (otherIsFixed) one[axis] -= by;
  else {
    one[axis] -= by / 2;
    other[axis] += by / 2;
  }
}
