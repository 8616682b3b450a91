import { CircleCheck, CirclePause } from "lucide-react";
import type { AgentStatus } from "#app/domain/messaging/agent-schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { agentStatuses } from "./agent-words.ts";

const icons = { active: CircleCheck, paused: CirclePause };

export function AgentStatusBadge({ status }: { status: AgentStatus }) {
  const { label, tone } = agentStatuses[status];
  const Icon = icons[status];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label}
    </Badge>
  );
}
