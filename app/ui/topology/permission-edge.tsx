import { BaseEdge, type Edge, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import type { EdgeState } from "./topology-view.ts";

/** How an edge looks: `quiet` is permitted and nothing went over it. */
export type EdgeLook = EdgeState | "quiet";

export type PermissionEdgeType = Edge<{ path: string; look: EdgeLook; width: number }, "permission">;

const looks: readonly EdgeLook[] = ["quiet", "permitted", "refused", "former"];
const markerId = (look: EdgeLook): string => `topology-arrow-${look}`;

/** One direction between two agents; graph.css has the colours. Its path is worked out with the layout, and not while one pans. */
export const PermissionEdge = memo(({ data }: EdgeProps<PermissionEdgeType>) => {
  if (data === undefined) return null;
  const { path, look, width } = data;
  return (
    <BaseEdge
      path={path}
      interactionWidth={14}
      markerEnd={`url(#${markerId(look)})`}
      style={{ strokeWidth: width }}
    />
  );
});
PermissionEdge.displayName = "PermissionEdge";

/** The points of the arrows, one for each look; of one size, however wide the edge is. */
export function ArrowMarkers() {
  return (
    <svg aria-hidden="true" className="absolute size-0">
      <defs>
        {looks.map((look) => (
          <marker
            key={look}
            id={markerId(look)}
            viewBox="0 0 10 10"
            refX={8}
            refY={5}
            markerWidth={9}
            markerHeight={9}
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0,1 L9,5 L0,9 Z" className={`topology-arrow is-${look}`} />
          </marker>
        ))}
      </defs>
    </svg>
  );
}
