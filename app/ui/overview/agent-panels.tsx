import { Link } from "@remix-run/react";
import { MoonStar } from "lucide-react";
import type { AgentPulse, OverviewAgents } from "#app/domain/messaging/overview-schema.ts";
import { agentPath } from "../agents/agent-words.ts";
import { messagesHref } from "../message-log/messages-href.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { Badge } from "../primitives/badge.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Share } from "../primitives/share.tsx";

const row =
  "flex min-h-12 items-center gap-3 px-4 py-2 transition-colors [outline-offset:-2px] hover:bg-hover sm:px-5";

/** Who has sent most within the hour, each against the first. */
export function BusiestPanel({ agents: { busiest } }: { agents: OverviewAgents }) {
  const most = busiest[0]?.sent ?? 0;
  return (
    <Panel title="Busiest agents" description="Messages sent in the last hour." flush>
      {busiest.length === 0 ? (
        <EmptyState icon={MoonStar} title="All quiet" className="!py-8">
          No agent has sent anything in the last hour.
        </EmptyState>
      ) : (
        <ol className="divide-y">
          {busiest.map((agent) => (
            <li key={agent.id}>
              <Link to={messagesHref({ from: agent.id, window: "1h" })} prefetch="intent" className={row}>
                <Avatar name={agent.name} className="!size-7" />
                <span className="min-w-0 flex-1">
                  <span className="flex items-baseline justify-between gap-3 text-sm">
                    <span className="truncate font-medium">{agent.name}</span>
                    <span className="tabular text-ink-muted">
                      {formatCount(agent.sent)}
                      {agent.sentIsExact ? "" : "+"}
                    </span>
                  </span>
                  <Share of={agent.sent} most={most} />
                </span>
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

/** Who has not been heard of for an hour; nothing where all have. */
export function SilentPanel({ agents: { silent, total, busyCount } }: { agents: OverviewAgents }) {
  if (silent.length === 0) return null;
  const others = total - busyCount - silent.length;
  return (
    <Panel title="Silent agents" description="Nothing sent in the last hour." flush>
      <ul className="divide-y">
        {silent.map((agent) => (
          <li key={agent.id}>
            <Link to={agentPath(agent.id)} prefetch="intent" className={row}>
              <Avatar name={agent.name} className="!size-7" />
              <span className="min-w-0 flex-1 truncate text-sm font-medium">{agent.name}</span>
              <Silence agent={agent} />
            </Link>
          </li>
        ))}
      </ul>
      {others > 0 && (
        <p className="border-t px-4 py-2.5 text-xs text-ink-muted sm:px-5">And {formatCount(others)} more.</p>
      )}
    </Panel>
  );
}

function Silence({ agent: { status, lastSentAt } }: { agent: AgentPulse }) {
  if (status === "paused") return <Badge tone="warn">Paused</Badge>;
  if (lastSentAt === null) return <span className="text-xs text-ink-muted">never sent</span>;
  return <RelativeTime at={lastSentAt} className="tabular shrink-0 text-xs text-ink-muted" />;
}
