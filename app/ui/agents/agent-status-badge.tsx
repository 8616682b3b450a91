import { CircleAlert, CircleCheck, CirclePause, Gauge } from "lucide-react";
import type { AgentQuota, AgentStatus } from "#app/domain/messaging/agent-schema.ts";
import { Badge, StatusDot } from "../primitives/badge.tsx";
import { agentStatuses, quotaStates } from "./agent-words.ts";

const icons = { active: CircleCheck, paused: CirclePause };
const quotaIcons = { warning: Gauge, limited: CircleAlert, paused: CirclePause };

interface AgentStatusBadgeProps {
  status: AgentStatus;
  /** What its quota or a budget makes of it; said in place of "active", and beside "paused" where there is room. */
  quota?: Pick<AgentQuota, "state">;
  /** In a list, where what is as it should be stands back from what is not. */
  quiet?: boolean;
}

export function AgentStatusBadge({ status, quota, quiet = false }: AgentStatusBadgeProps) {
  const held = quota === undefined || quota.state === "normal" ? undefined : quota.state;
  if (held === undefined) return <OfStatus status={status} quiet={quiet} />;
  if (status === "active") return <OfQuota state={held} />;
  return (
    <>
      <OfStatus status={status} quiet={quiet} />
      {!quiet && <OfQuota state={held} />}
    </>
  );
}

function OfStatus({ status, quiet }: { status: AgentStatus; quiet: boolean }) {
  const { label, tone } = agentStatuses[status];
  if (quiet && tone === "ok") return <StatusDot tone={tone}>{label}</StatusDot>;
  const Icon = icons[status];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label}
    </Badge>
  );
}

function OfQuota({ state }: { state: keyof typeof quotaStates }) {
  const { label, tone } = quotaStates[state];
  const Icon = quotaIcons[state];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label}
    </Badge>
  );
}
