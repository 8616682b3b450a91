import { type ComponentType, lazy, Suspense } from "react";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { useInBrowser } from "../use-in-browser.ts";
import type { AskPanelProps } from "./ask-panel.tsx";

const AskPanel = lazy<ComponentType<AskPanelProps>>(() =>
  import("./ask-panel.tsx").then(
    (module) => ({ default: module.AskPanel }),
    () => ({ default: () => null }),
  ),
);

/** Where an agent is asked. Loaded by itself once the page has come to life: nothing of it works before. */
export function AskSection(props: AskPanelProps) {
  const waiting = <Waiting {...props} />;
  return useInBrowser() ? (
    <Suspense fallback={waiting}>
      <AskPanel {...props} />
    </Suspense>
  ) : (
    waiting
  );
}

/** As high as the panel will be. */
function Waiting({ agent }: AskPanelProps) {
  return (
    <Panel title={`Ask ${agent.name}`} className="needs-script">
      <Skeleton className="h-[6.875rem] w-full" />
    </Panel>
  );
}
