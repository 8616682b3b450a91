import { type ComponentType, lazy, Suspense, useEffect, useState } from "react";
import { Skeleton } from "../primitives/skeleton.tsx";
import type { TopologyGraphProps } from "./topology-graph.tsx";

// React Flow weighs more than a page does: it comes when there is room to draw, and a page lives without.
const TopologyGraph = lazy<ComponentType<TopologyGraphProps>>(() =>
  import("./topology-graph.tsx").then(
    ({ TopologyGraph: loaded }) => ({ default: loaded }),
    () => ({ default: GraphMissing }),
  ),
);

function GraphMissing() {
  return (
    <p className="grid h-full place-items-center text-sm text-ink-muted">
      The graph could not be loaded. Reload the page to try again; the list below has the same.
    </p>
  );
}

/** Where a graph can be read and moved; phones have the list. */
const roomyScreen = "(min-width: 640px)";

/** Room of a fixed size, with a skeleton until the graph is there. */
export function GraphFrame(props: TopologyGraphProps) {
  const [isDrawn, setIsDrawn] = useState(false);
  useEffect(() => {
    const screen = window.matchMedia(roomyScreen);
    const update = () => setIsDrawn(screen.matches);
    update();
    screen.addEventListener("change", update);
    return () => screen.removeEventListener("change", update);
  }, []);
  return (
    <div className="needs-script relative h-[clamp(24rem,calc(100dvh-19rem),46rem)] overflow-hidden rounded-lg border bg-surface max-sm:hidden">
      {isDrawn ? (
        <Suspense fallback={<GraphSkeleton />}>
          <TopologyGraph {...props} />
        </Suspense>
      ) : (
        <GraphSkeleton />
      )}
    </div>
  );
}

/** Boxes to come. */
function GraphSkeleton() {
  return (
    <div className="absolute inset-0 grid grid-cols-3 place-items-center gap-8 p-10 lg:grid-cols-4">
      {places.map((place) => (
        <Skeleton key={place} className="h-10 w-36" />
      ))}
    </div>
  );
}

const places = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
