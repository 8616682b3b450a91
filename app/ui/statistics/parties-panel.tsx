import { Link } from "@remix-run/react";
import type { Party } from "#app/domain/messaging/schema.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { Share } from "../primitives/share.tsx";

export interface RankedParty {
  party: Party;
  count: number;
  blocked: number;
  /** The list behind the count. */
  to: string;
}

interface PartiesPanelProps {
  title: string;
  description: string;
  parties: readonly RankedParty[];
}

/** Who is first, each against the first. */
export function PartiesPanel({ title, description, parties }: PartiesPanelProps) {
  const most = Math.max(0, ...parties.map(({ count }) => count));
  return (
    <Panel title={title} description={description} flush>
      <ol className="divide-y">
        {parties.map(({ party, count, blocked, to }) => (
          <li key={party.id}>
            <Link
              to={to}
              prefetch="intent"
              className="flex min-h-12 items-center gap-3 px-4 py-2 transition-colors [outline-offset:-2px] hover:bg-hover sm:px-5"
            >
              <Avatar name={party.name} className="!size-7" />
              <span className="min-w-0 flex-1">
                <span className="flex items-baseline justify-between gap-3 text-sm">
                  <span className="truncate font-medium">{party.name}</span>
                  <span className="tabular shrink-0 text-ink-muted">
                    {formatCount(count)}
                    {blocked > 0 && <span className="text-xs"> · {formatCount(blocked)} blocked</span>}
                  </span>
                </span>
                <Share of={count} most={most} />
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
