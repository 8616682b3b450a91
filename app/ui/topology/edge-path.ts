import { nodeHeight, nodeWidth, type Point } from "./lay-out-agents.ts";

/** How far an edge bends to its right, so that the one that comes back runs beside it. */
const bend = 0.09;
const mostBend = 36;
/** Between the point of the arrow and the box. */
const clearance = 3;

/** An SVG path from box to box, given their middles. */
export function edgePath(from: Point, to: Point): string {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy) || 1;
  const by = Math.min(mostBend, length * bend) * 2;
  const control = {
    x: (from.x + to.x) / 2 - (dy / length) * by,
    y: (from.y + to.y) / 2 + (dx / length) * by,
  };
  const start = borderOf(from, control, 0);
  const end = borderOf(to, control, clearance);
  return `M${round(start.x)},${round(start.y)} Q${round(control.x)},${round(control.y)} ${round(end.x)},${round(end.y)}`;
}

/** Where a line from the middle of a box towards a point leaves the box. */
function borderOf(middle: Point, towards: Point, distance: number): Point {
  const dx = towards.x - middle.x;
  const dy = towards.y - middle.y;
  const scale = Math.min(
    dx === 0 ? Number.POSITIVE_INFINITY : (nodeWidth / 2 + distance) / Math.abs(dx),
    dy === 0 ? Number.POSITIVE_INFINITY : (nodeHeight / 2 + distance) / Math.abs(dy),
  );
  if (!Number.isFinite(scale)) return middle;
  return { x: middle.x + dx * Math.min(1, scale), y: middle.y + dy * Math.min(1, scale) };
}

const round = (value: number): number => Math.round(value * 10) / 10;
