import type { TopologyEdge } from "#app/domain/messaging/topology-schema.ts";
import { cx } from "../primitives/cx.ts";
import { formatCount } from "../primitives/format.ts";
import { stateOf } from "./topology-view.ts";

/** What the lines mean, and how many there are of each. */
export function GraphLegend({ edges }: { edges: readonly TopologyEdge[] }) {
  const permitted = edges.filter((edge) => edge.permitted);
  const busy = permitted.filter(({ sent }) => sent > 0).length;
  const refused = edges.filter((edge) => stateOf(edge) === "refused").length;
  const former = edges.length - permitted.length - refused;
  return (
    <ul className="mb-2 flex flex-wrap gap-x-5 gap-y-1 text-sm">
      <Entry mark="border-t-[3px] border-accent" name="Permitted, with traffic" count={busy} />
      <Entry mark="border-t border-line-strong" name="Permitted, silent" count={permitted.length - busy} />
      <Entry mark="border-t-[3px] border-dashed border-bad" name="Refused" count={refused} />
      {former > 0 && (
        <Entry mark="border-t-2 border-dotted border-ink-faint" name="No longer permitted" count={former} />
      )}
    </ul>
  );
}

function Entry({ mark, name, count }: { mark: string; name: string; count: number }) {
  return (
    <li className="inline-flex min-h-6 items-center gap-1.5">
      <span aria-hidden="true" className={cx("w-5 max-sm:hidden", mark)} />
      <span className="text-ink-muted">{name}</span>
      <span className="tabular font-medium">{formatCount(count)}</span>
    </li>
  );
}
