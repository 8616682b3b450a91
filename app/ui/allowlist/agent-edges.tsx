import { Link } from "@remix-run/react";
import { X } from "lucide-react";
import type { AllowlistMatrix } from "#app/domain/messaging/topology-schema.ts";
import { agentPath } from "../agents/agent-words.ts";
import { AllowlistPanel } from "../agents/allowlist-panel.tsx";
import type { EdgePage } from "../agents/edge-list.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { type AllowlistView, agentHash, hrefOf } from "./allowlist-view.ts";
import { BulkEdges } from "./bulk-edges.tsx";

interface AgentEdgesProps {
  matrix: AllowlistMatrix;
  /** Its place in the matrix. */
  place: number;
  view: AllowlistView;
  mayWrite: boolean;
}

/** One agent's row and column as two lists: what a phone shows, and what works without JavaScript. */
export function AgentEdges({ matrix, place, view, mayWrite }: AgentEdgesProps) {
  const { agents, receivers } = matrix;
  const agent = agents[place];
  if (agent === undefined) return null;
  const sendsTo = new Set(receivers[place]);
  const hearsFrom = new Set(receivers.flatMap((row, sender) => (row.includes(place) ? [sender] : [])));
  const pageOf = (places: ReadonlySet<number>): EdgePage => ({
    peers: agents.filter((_, other) => places.has(other)),
    total: places.size,
    moreHref: undefined,
  });
  return (
    <section aria-label={agent.name} id={agentHash} className="mt-6 scroll-mt-20">
      <header className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h2 className="min-w-0 text-lg font-semibold [overflow-wrap:anywhere]">{agent.name}</h2>
        <div className="flex items-center gap-1">
          <ButtonLink size="sm" to={agentPath(agent.id)}>
            Open agent
          </ButtonLink>
          <Link
            to={hrefOf(view, { agent: undefined })}
            preventScrollReset
            aria-label={`Close ${agent.name}`}
            className="grid size-10 place-items-center rounded text-ink-muted transition-colors hover:bg-hover hover:text-ink sm:size-7"
          >
            <X aria-hidden="true" className="size-4" />
          </Link>
        </div>
      </header>
      {mayWrite && (
        <div className="mb-3">
          <BulkEdges
            agent={agent}
            others={agents.length - 1}
            receivers={sendsTo.size}
            senders={hearsFrom.size}
          />
        </div>
      )}
      <AllowlistPanel
        key={agent.id}
        agent={agent}
        receivers={pageOf(sendsTo)}
        senders={pageOf(hearsFrom)}
        peers={agents.flatMap(({ id, name }, other) =>
          other === place ? [] : [{ id, name, receives: sendsTo.has(other), sends: hearsFrom.has(other) }],
        )}
        mayWrite={mayWrite}
      />
    </section>
  );
}
