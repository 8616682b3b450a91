import { Link } from "@remix-run/react";
import type { Party } from "#app/domain/messaging/schema.ts";

/** Who sent or received: an agent links to its page. */
export function PartyName({ party }: { party: Party }) {
  if (party.kind !== "agent") return <span className="font-medium text-ink">{party.name}</span>;
  return (
    <Link to={`/dashboard/agents/${party.id}`} className="rounded-sm font-medium text-ink hover:underline">
      {party.name}
    </Link>
  );
}
