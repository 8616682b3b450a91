import { Wrench } from "lucide-react";
import type { ToolUsage } from "#app/domain/usage/reading/schema.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { Share } from "../primitives/share.tsx";
import { changeOf } from "./usage-words.ts";

/** Which tools agents call most, each against the first. */
export function ToolsPanel({
  tools: { tools, totalCalls, toolCount },
  span,
}: {
  tools: ToolUsage;
  span: string;
}) {
  const most = Math.max(0, ...tools.map(({ calls }) => calls));
  return (
    <Panel
      title="Tools"
      description={
        tools.length === 0
          ? undefined
          : `${formatCount(totalCalls)} calls of ${formatCount(toolCount)} ${toolCount === 1 ? "tool" : "tools"} in ${span}.`
      }
      flush
    >
      {tools.length === 0 ? (
        <EmptyState icon={Wrench} title="No tool was called">
          Tools show here when agents report which they called.
        </EmptyState>
      ) : (
        <ol aria-label="Tools by calls" className="divide-y">
          {tools.map(({ tool, calls, previousCalls }) => (
            <li key={tool} className="px-4 py-2.5 sm:px-5">
              <span className="flex items-baseline justify-between gap-3 text-sm">
                <span className="truncate font-mono text-xs">{tool}</span>
                <span className="tabular shrink-0 text-ink-muted">
                  {formatCount(calls)}
                  {changeOf(calls, previousCalls) && (
                    <span className="text-xs"> · {changeOf(calls, previousCalls)}</span>
                  )}
                </span>
              </span>
              <Share of={calls} most={most} />
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
