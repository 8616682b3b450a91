import { useFetcher } from "@remix-run/react";
import type { MatrixAgent, SetAgentEdges } from "#app/domain/messaging/topology-schema.ts";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { formatCount } from "../primitives/format.ts";
import { useOutcomeToast } from "../use-outcome-toast.ts";

interface BulkEdgesProps {
  agent: MatrixAgent;
  /** Other agents there are. */
  others: number;
  receivers: number;
  senders: number;
}

/** A whole row or column of the matrix at once; asks first. */
export function BulkEdges({ agent, others, receivers, senders }: BulkEdgesProps) {
  return (
    <div className="flex flex-wrap gap-2">
      <Bulk
        side="sender"
        allowed
        count={others - receivers}
        label="Allow to send to all"
        title={`Allow ${agent.name} to send to every other agent?`}
        consequence="Its next messages to any of them are delivered."
      />
      <Bulk
        side="sender"
        allowed={false}
        count={receivers}
        label="Stop all sending"
        title={`Stop ${agent.name} from sending to any agent?`}
        consequence="Its next message to an agent is blocked. The operators’ desk stays open to it."
      />
      <Bulk
        side="recipient"
        allowed
        count={others - senders}
        label="Allow all to send to it"
        title={`Allow every other agent to send to ${agent.name}?`}
        consequence="The next message of any of them is delivered."
      />
      <Bulk
        side="recipient"
        allowed={false}
        count={senders}
        label="Stop all from sending to it"
        title={`Stop every agent from sending to ${agent.name}?`}
        consequence="The next message of any agent to it is blocked."
      />
    </div>
  );
}

interface BulkProps extends Omit<SetAgentEdges, "agentId"> {
  /** Edges that would change. */
  count: number;
  label: string;
  title: string;
  consequence: string;
}

function Bulk({ side, allowed, count, label, title, consequence }: BulkProps) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  if (count === 0) return null;
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "set-all", side, allowed: String(allowed) }}
      size="sm"
      title={title}
      consequence={`${formatCount(count)} ${count === 1 ? "edge" : "edges"} will be ${allowed ? "added" : "removed"}. ${consequence}`}
      confirmLabel={label}
      danger={!allowed}
    >
      {label}
    </ConfirmButton>
  );
}
