import { Link, useFetcher } from "@remix-run/react";
import { ArrowRight, Ban, Check } from "lucide-react";
import type { Topology, TopologyEdge } from "#app/domain/messaging/topology-schema.ts";
import { agentPath } from "../agents/agent-words.ts";
import { messagesHref } from "../message-log/messages-href.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { EdgeStateBadge } from "./edge-state-badge.tsx";
import { SelectionPanel } from "./selection-panel.tsx";
import { closeHref, edgeHref, keyOfEdge, type TopologyView, windowWords } from "./topology-view.ts";

interface EdgePanelProps {
  edge: TopologyEdge;
  topology: Topology;
  names: ReadonlyMap<string, string>;
  view: TopologyView;
  mayWrite: boolean;
}

/** One direction between two: whether it is permitted, what went over it, and what can be done about it. */
export function EdgePanel({ edge, topology, names, view, mayWrite }: EdgePanelProps) {
  const sender = names.get(edge.senderId) ?? "";
  const recipient = names.get(edge.recipientId) ?? "";
  const ends = { from: edge.senderId, to: edge.recipientId };
  const isToDesk = edge.recipientId === topology.deskId;
  const back = topology.edges.some(
    (other) => other.senderId === edge.recipientId && other.recipientId === edge.senderId,
  );
  return (
    <SelectionPanel
      title={
        <>
          {sender} <ArrowRight aria-label="to" className="inline size-4 text-ink-faint" /> {recipient}
        </>
      }
      closeHref={closeHref(view)}
      footer={mayWrite && !isToDesk && <ChangeEdge edge={edge} sender={sender} recipient={recipient} />}
    >
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-ink-muted">
        <EdgeStateBadge edge={edge} />
        <Since edge={edge} isToDesk={isToDesk} />
      </p>
      <Facts>
        <Fact name="Sent">{formatCount(edge.sent)}</Fact>
        <Fact name="Delivered">{formatCount(edge.delivered)}</Fact>
        <Fact name="Refused">
          <Bad count={edge.blocked} />
        </Fact>
        <Fact name="Failed">
          <Bad count={edge.failed} />
        </Fact>
        <Fact name="Expired">
          <Bad count={edge.expired} />
        </Fact>
      </Facts>
      <p className="text-xs text-ink-muted">
        In {windowWords[topology.window].of}, by whole {grainOf(topology)}s.
      </p>
      <ul className="space-y-1 text-sm">
        <li>
          <Link to={messagesHref({ ...ends, window: topology.window })} className={linkLook}>
            Messages from {sender} to {recipient}
          </Link>
        </li>
        {edge.blocked > 0 && (
          <li>
            <Link
              to={messagesHref({ ...ends, status: "blocked", window: topology.window })}
              className={linkLook}
            >
              Refused messages
            </Link>
          </li>
        )}
        {back && (
          <li>
            <Link
              to={edgeHref(view, edge.recipientId, edge.senderId)}
              preventScrollReset
              className={linkLook}
            >
              The other way: {recipient} to {sender}
            </Link>
          </li>
        )}
      </ul>
      <div className="flex flex-wrap gap-2">
        <ButtonLink size="sm" to={agentPath(edge.senderId)} className="min-w-0 max-w-full">
          <span className="truncate">Open {sender}</span>
        </ButtonLink>
        {!isToDesk && (
          <ButtonLink size="sm" to={agentPath(edge.recipientId)} className="min-w-0 max-w-full">
            <span className="truncate">Open {recipient}</span>
          </ButtonLink>
        )}
      </div>
    </SelectionPanel>
  );
}

export const linkLook =
  "inline-block rounded-sm py-1 text-accent-ink [overflow-wrap:anywhere] hover:underline sm:py-0.5";

export const grainOf = ({ window }: Pick<Topology, "window">): "hour" | "day" =>
  window === "30d" ? "day" : "hour";

function Since({ edge, isToDesk }: { edge: TopologyEdge; isToDesk: boolean }) {
  if (isToDesk) return <span>Open to every agent</span>;
  if (edge.permittedAt !== null)
    return (
      <span>
        since <RelativeTime at={edge.permittedAt} />
      </span>
    );
  return <span>{edge.blocked > 0 ? "No permission covers what was sent" : "What it sends is blocked"}</span>;
}

function Bad({ count }: { count: number }) {
  return (
    <span className={count > 0 ? "font-medium text-bad-ink" : "text-ink-faint"}>{formatCount(count)}</span>
  );
}

function ChangeEdge({ edge, sender, recipient }: { edge: TopologyEdge; sender: string; recipient: string }) {
  const fetcher = useFetcher({ key: `edge ${keyOfEdge(edge)}` });
  useOutcomeToast(fetcher.data);
  const ends = { senderId: edge.senderId, recipientId: edge.recipientId };
  return edge.permitted ? (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "revoke", ...ends }}
      icon={<Ban className="size-4" />}
      title={`Stop ${sender} from sending to ${recipient}?`}
      consequence="Its next message is blocked. What it has sent stays."
      confirmLabel="Revoke permission"
    >
      Revoke
    </ConfirmButton>
  ) : (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "allow", ...ends }}
      variant="primary"
      icon={<Check className="size-4" />}
      title={`Allow ${sender} to send to ${recipient}?`}
      consequence="Its next message is delivered. What was refused stays refused."
      confirmLabel="Allow"
      danger={false}
    >
      Allow
    </ConfirmButton>
  );
}
