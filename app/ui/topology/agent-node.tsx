import type { Node, NodeProps } from "@xyflow/react";
import { CirclePause, LifeBuoy } from "lucide-react";
import { memo } from "react";
import type { TopologyAgent } from "#app/domain/messaging/topology-schema.ts";
import { tiers } from "../agents/agent-words.ts";
import { cx } from "../primitives/cx.ts";
import { formatCompact, formatCount } from "../primitives/format.ts";
import type { NodeCounts } from "./graph-data.ts";
import { deskName } from "./topology-view.ts";

export type AgentNodeType = Node<
  {
    /** Null: the operators' desk. */
    agent: TopologyAgent | null;
    counts: NodeCounts;
    isSelected: boolean;
    /** One node at a time is a stop for Tab; arrows lead to the others. */
    isStop: boolean;
  },
  "agent"
>;

/** An agent in the graph: who it is, whether it is paused, and how much it sends. */
export const AgentNode = memo(({ id, data }: NodeProps<AgentNodeType>) => {
  const { agent, counts, isSelected, isStop } = data;
  const isPaused = agent?.status === "paused";
  const name = agent?.name ?? deskName;
  const about = agent === null ? "People" : tiers[agent.modelTier].label;
  return (
    <button
      type="button"
      data-agent={id}
      tabIndex={isStop ? 0 : -1}
      aria-pressed={isSelected}
      className={cx(
        "flex size-full items-center gap-2 rounded border bg-surface px-2 text-left shadow-control transition-colors hover:border-accent",
        isSelected ? "border-accent ring-2 ring-accent/40" : isPaused ? "border-warn" : "border-line-strong",
      )}
    >
      {agent === null ? (
        <LifeBuoy aria-hidden="true" className="size-4 shrink-0 text-info-ink" />
      ) : isPaused ? (
        <CirclePause aria-hidden="true" className="size-4 shrink-0 text-warn-ink" />
      ) : (
        <span
          aria-hidden="true"
          className={cx("mx-1 size-2 shrink-0 rounded-full", counts.sent > 0 ? "bg-ok" : "bg-line-strong")}
        />
      )}
      <span className="min-w-0 flex-1">
        <span className="agent-node-name block truncate text-xs font-medium text-ink">{name}</span>
        <span className="agent-node-about tabular block truncate text-[0.6875rem] leading-3 text-ink-muted">
          {isPaused ? "Paused" : about}
          {counts.sent > 0 && ` · ${formatCompact(counts.sent)} sent`}
          <span className="sr-only"> · {formatCount(counts.received)} received</span>
        </span>
      </span>
    </button>
  );
});
AgentNode.displayName = "AgentNode";
