import { Link, useFetcher } from "@remix-run/react";
import { ArrowRight, Plus, Route, X } from "lucide-react";
import type { AgentView, AllowlistEntry } from "#app/domain/messaging/agent-schema.ts";
import { generalErrorOf, toFormProblem } from "../form-failure.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { SelectField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { agentPath } from "./agent-words.ts";

export interface AllowlistPanelProps {
  agent: Pick<AgentView, "id" | "name">;
  allowlist: AllowlistEntry[];
  /** The other agents of the tenant. */
  candidates: { id: string; name: string }[];
  mayWrite: boolean;
}

/** Whom the agent may send to. Changes hold from the next message on. */
export function AllowlistPanel({ agent, allowlist, candidates, mayWrite }: AllowlistPanelProps) {
  const add = useFetcher();
  const allowed = new Set<string>(allowlist.map((entry) => entry.recipientId));
  const addable = candidates.filter(({ id }) => id !== agent.id && !allowed.has(id));
  const problem = generalErrorOf(toFormProblem(add.data), []);
  return (
    <Panel
      title="May send to"
      description="Sends to anyone else are blocked, but for the operators’ desk."
      flush
    >
      {allowlist.length === 0 ? (
        <EmptyState icon={Route} title="Nobody yet" className="!py-8">
          Add an agent below, and messages to it pass.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {allowlist.map((entry) => (
            <Edge key={entry.recipientId} senderName={agent.name} entry={entry} mayWrite={mayWrite} />
          ))}
        </ul>
      )}
      {mayWrite && (
        <add.Form method="post" className="border-t bg-canvas/60 px-4 py-4 sm:px-5">
          <input type="hidden" name="intent" value="allow" />
          {problem && (
            <Notice tone="bad" className="mb-3">
              {problem}
            </Notice>
          )}
          <div className="flex items-end gap-2">
            <SelectField
              key={allowlist.length}
              className="min-w-0 flex-1"
              label="Allow another agent"
              name="recipientId"
              required
              disabled={addable.length === 0}
              defaultValue=""
            >
              <option value="" disabled>
                {addable.length === 0 ? "Every other agent is allowed" : "Choose an agent"}
              </option>
              {addable.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </SelectField>
            <Button
              type="submit"
              icon={<Plus className="size-4" />}
              disabled={addable.length === 0}
              busy={add.state !== "idle"}
              className="sm:!h-9"
            >
              Allow
            </Button>
          </div>
        </add.Form>
      )}
    </Panel>
  );
}

function Edge({
  senderName,
  entry,
  mayWrite,
}: {
  senderName: string;
  entry: AllowlistEntry;
  mayWrite: boolean;
}) {
  const remove = useFetcher();
  useOutcomeToast(remove.data);
  // Taken away at once; it comes back should the server refuse.
  if (remove.state !== "idle") return null;
  return (
    <li className="flex items-center gap-3 px-4 py-2.5 sm:px-5">
      <ArrowRight aria-hidden="true" className="size-4 text-ink-faint" />
      <Avatar name={entry.name} className="!size-7" />
      <Link
        to={agentPath(entry.recipientId)}
        className="min-w-0 flex-1 truncate text-sm font-medium hover:text-accent-ink hover:underline"
      >
        {entry.name}
      </Link>
      {entry.status === "paused" && <Badge tone="warn">Paused</Badge>}
      {mayWrite && (
        <remove.Form method="post">
          <input type="hidden" name="intent" value="disallow" />
          <input type="hidden" name="recipientId" value={entry.recipientId} />
          <Button
            type="submit"
            variant="ghost"
            size="icon-sm"
            aria-label={`Stop ${senderName} from sending to ${entry.name}`}
            title="Remove"
            icon={<X className="size-4" />}
          />
        </remove.Form>
      )}
    </li>
  );
}
