import { type ComponentType, lazy, Suspense } from "react";
import type { Viewer } from "../../shell/viewer.ts";
import { useInBrowser } from "../../use-in-browser.ts";

interface BellProps {
  viewer: Viewer;
}

// Apart from what a page needs to be shown. Away from the network a page does without it.
const Bell = lazy<ComponentType<BellProps>>(() =>
  import("./bell.tsx").then(
    (module) => ({ default: module.Bell }),
    () => ({ default: () => null }),
  ),
);

/** The bell, as soon as a page has come: it does nothing without JavaScript. Its place is kept meanwhile. */
export function LazyBell({ viewer }: BellProps) {
  const place = <span aria-hidden="true" className="size-10 shrink-0 lg:size-7" />;
  if (!useInBrowser()) return place;
  return (
    <Suspense fallback={place}>
      <Bell viewer={viewer} />
    </Suspense>
  );
}
