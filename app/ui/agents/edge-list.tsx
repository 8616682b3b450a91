import { Link, useFetcher } from "@remix-run/react";
import { ArrowDownLeft, ArrowUpRight, Plus, X } from "lucide-react";
import { useId, useRef } from "react";
import type { AgentStatus } from "#app/domain/messaging/agent-schema.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { SelectField, TextField } from "../primitives/field.tsx";
import { formatCount } from "../primitives/format.ts";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { agentPath } from "./agent-words.ts";

interface EdgePeer {
  id: string;
  name: string;
  status: AgentStatus;
}

/** Some of the agents at the other end, in order of name. */
export interface EdgePage {
  peers: EdgePeer[];
  total: number;
  /** The URL of those that follow; undefined at the end. */
  moreHref: string | undefined;
}

type Direction = "outgoing" | "incoming";

interface DirectionWords {
  title: string;
  icon: typeof ArrowUpRight;
  /** The form field that names the other agent. */
  field: "recipientId" | "senderId";
  allow: string;
  disallow: string;
  empty: string;
  addLabel: string;
  allAdded: string;
  removeLabel: (agentName: string, peerName: string) => string;
}

const words: Record<Direction, DirectionWords> = {
  outgoing: {
    title: "May send to",
    icon: ArrowUpRight,
    field: "recipientId",
    allow: "allow",
    disallow: "disallow",
    empty: "No agent yet: all it sends to agents is blocked.",
    addLabel: "Allow another agent",
    allAdded: "Every other agent is allowed.",
    removeLabel: (agent, peer) => `Stop ${agent} from sending to ${peer}`,
  },
  incoming: {
    title: "May receive from",
    icon: ArrowDownLeft,
    field: "senderId",
    allow: "allow-sender",
    disallow: "disallow-sender",
    empty: "No agent yet: what agents send to it is blocked.",
    addLabel: "Allow a sender",
    allAdded: "Every other agent may send to it.",
    removeLabel: (agent, peer) => `Stop ${peer} from sending to ${agent}`,
  },
};

interface EdgeListProps {
  direction: Direction;
  agentName: string;
  page: EdgePage;
  /** Whom one may add; undefined where they are too many to choose from. */
  candidates: { id: string; name: string }[] | undefined;
  mayWrite: boolean;
}

/** One direction of an agent's allowlist, with what adds to it and takes from it. */
export function EdgeList({ direction, agentName, page, candidates, mayWrite }: EdgeListProps) {
  const { title, icon: Icon, empty } = words[direction];
  const heading = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="flex min-w-0 flex-col">
      <header className="flex items-center gap-2 px-4 pb-1 pt-3.5 sm:px-5">
        <Icon aria-hidden="true" className="size-4 text-ink-faint" />
        <h3 ref={heading} id={titleId} tabIndex={-1} className="text-sm font-medium outline-none">
          {title}
        </h3>
        <span className="tabular text-xs text-ink-muted">{formatCount(page.total)}</span>
      </header>
      <div className="flex-1 pb-2">
        {page.peers.length === 0 ? (
          <p className="px-4 py-3 text-sm text-ink-muted sm:px-5">{empty}</p>
        ) : (
          // A long list scrolls on its own, so that what adds to it stays at hand.
          <ul className="scroll-quiet max-h-80 overflow-y-auto overscroll-contain">
            {page.peers.map((peer) => (
              <Edge
                key={peer.id}
                direction={direction}
                agentName={agentName}
                peer={peer}
                mayWrite={mayWrite}
                // The button that had the focus goes with its row.
                onRemove={() => heading.current?.focus()}
              />
            ))}
          </ul>
        )}
        {page.moreHref && (
          <Link
            to={page.moreHref}
            preventScrollReset
            className="mx-4 inline-flex min-h-10 items-center rounded-sm text-sm text-accent-ink hover:underline sm:mx-5 sm:min-h-8"
          >
            Show the next ones
          </Link>
        )}
      </div>
      {mayWrite && <AddEdge direction={direction} candidates={candidates} edgeCount={page.total} />}
    </section>
  );
}

function AddEdge({
  direction,
  candidates,
  edgeCount,
}: {
  direction: Direction;
  candidates: EdgeListProps["candidates"];
  /** With another edge, the field starts anew. */
  edgeCount: number;
}) {
  const { field, allow, addLabel, allAdded } = words[direction];
  const fetcher = useFetcher();
  const problem = toFormProblem(fetcher.data);
  const error = errorOf(problem, field) ?? generalErrorOf(problem, [field]);
  if (candidates?.length === 0)
    return <p className="border-t bg-canvas/60 px-4 py-3 text-sm text-ink-muted sm:px-5">{allAdded}</p>;
  return (
    <fetcher.Form method="post" className="flex items-end gap-2 border-t bg-canvas/60 px-4 py-4 sm:px-5">
      <input type="hidden" name="intent" value={allow} />
      {candidates === undefined ? (
        <TextField
          key={edgeCount}
          className="min-w-0 flex-1"
          label={addLabel}
          name={field}
          required
          autoComplete="off"
          placeholder="agt_…"
          error={error}
        />
      ) : (
        <SelectField
          key={edgeCount}
          className="min-w-0 flex-1"
          label={addLabel}
          name={field}
          required
          defaultValue=""
          error={error}
        >
          <option value="" disabled>
            Choose an agent
          </option>
          {candidates.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
      <Button
        type="submit"
        icon={<Plus className="size-4" />}
        busy={fetcher.state !== "idle"}
        className="sm:!h-9"
      >
        Allow
      </Button>
    </fetcher.Form>
  );
}

function Edge({
  direction,
  agentName,
  peer,
  mayWrite,
  onRemove,
}: {
  direction: Direction;
  agentName: string;
  peer: EdgePeer;
  mayWrite: boolean;
  onRemove: () => void;
}) {
  const { field, disallow, removeLabel } = words[direction];
  const remove = useFetcher();
  useOutcomeToast(remove.data);
  // Taken away at once; it comes back should the server refuse.
  if (remove.state !== "idle") return null;
  return (
    <li className="flex min-h-11 items-center gap-2.5 px-4 sm:px-5">
      <Avatar name={peer.name} className="!size-7" />
      <Link
        to={agentPath(peer.id)}
        prefetch="intent"
        className="min-w-0 truncate rounded-sm py-1 text-sm font-medium hover:text-accent-ink hover:underline"
      >
        {peer.name}
      </Link>
      {peer.status === "paused" && <Badge tone="warn">Paused</Badge>}
      {mayWrite && (
        <remove.Form method="post" onSubmit={onRemove} className="-mr-2 ml-auto">
          <input type="hidden" name="intent" value={disallow} />
          <input type="hidden" name={field} value={peer.id} />
          <Button
            type="submit"
            variant="ghost"
            size="icon-sm"
            aria-label={removeLabel(agentName, peer.name)}
            title="Remove"
            icon={<X className="size-4" />}
          />
        </remove.Form>
      )}
    </li>
  );
}
