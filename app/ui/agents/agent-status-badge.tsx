import { CircleCheck, CirclePause } from "lucide-react";
import type { AgentStatus } from "#app/domain/messaging/agent-schema.ts";
import { Badge, StatusDot } from "../primitives/badge.tsx";
import { agentStatuses } from "./agent-words.ts";

const icons = { active: CircleCheck, paused: CirclePause };

interface AgentStatusBadgeProps {
  status: AgentStatus;
  /** In a list, where what is as it should be stands back from what is not. */
  quiet?: boolean;
}

export function AgentStatusBadge({ status, quiet = false }: AgentStatusBadgeProps) {
  const { label, tone } = agentStatuses[status];
  if (quiet && tone === "ok") return <StatusDot tone={tone}>{label}</StatusDot>;
  const Icon = icons[status];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label}
    </Badge>
  );
}
