import { Link } from "@remix-run/react";
import { Braces, List } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { AuditLog } from "#app/domain/audit/audit-log-schema.ts";
import { Button } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { JsonView } from "../primitives/json-view.tsx";
import { type AuditBase, auditHref, type ShownFilters } from "./audit-href.ts";
import { actorWords, wordsOf } from "./audit-words.ts";
import { EventTime } from "./event-time.tsx";

interface EventDetailsProps {
  log: AuditLog;
  base: AuditBase;
  /** Its tenant's name, among several tenants' events. */
  tenant: string | undefined;
}

/** Everything that an event says, as fields or as JSON, and the ways to what belongs to it. */
export function EventDetails({ log, base, tenant }: EventDetailsProps) {
  const [asJson, setAsJson] = useState(false);
  return (
    <div className="space-y-4 border-l-2 border-accent bg-canvas px-4 py-4 sm:px-5">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Related log={log} base={base} />
        <Button
          size="sm"
          icon={asJson ? <List className="size-3.5" /> : <Braces className="size-3.5" />}
          onClick={() => setAsJson(!asJson)}
        >
          {asJson ? "Show fields" : "Show JSON"}
        </Button>
      </div>
      {asJson ? (
        <JsonView value={log} copyLabel="Copy event as JSON" />
      ) : (
        <Fields log={log} tenant={tenant} />
      )}
    </div>
  );
}

/** Links to everything by the same request, correlation, actor or resource. */
function Related({ log, base }: { log: AuditLog; base: AuditBase }) {
  const { requestId, correlationId, actor, resource } = log;
  // What the ids of customers' own systems name, they name for that customer.
  const ofTenant = base === "/admin/audit" ? { tenantId: log.tenantId } : {};
  const links: { name: string; filters: ShownFilters }[] = [
    { name: "Same request", filters: { requestId: requestId ?? undefined } },
    { name: "Same correlation", filters: { correlationId: correlationId ?? undefined } },
    { name: "Same actor", filters: { actor: actor.id ?? undefined } },
    { name: "Same resource", filters: { resourceId: resource.id ?? undefined } },
  ].filter(({ filters }) => Object.values(filters).some((value) => value !== undefined));
  if (base === "/admin/audit") links.push({ name: "Same tenant", filters: {} });
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
      {links.map(({ name, filters }) => (
        <li key={name}>
          <Link
            to={auditHref(base, { ...filters, ...ofTenant })}
            className="inline-flex min-h-10 items-center text-accent-ink underline-offset-2 hover:underline sm:min-h-6"
          >
            {name}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Fields({ log, tenant }: Pick<EventDetailsProps, "log" | "tenant">) {
  const { actor, resource, details } = log;
  return (
    <Facts>
      <Fact name="Time">
        <EventTime at={log.timestamp} />
      </Fact>
      {tenant !== undefined && (
        <Fact name="Tenant">
          {tenant}
          <Id id={log.tenantId} label="Copy the tenant’s id" />
        </Fact>
      )}
      <Fact name="Actor">
        {actor.name ?? "Nobody"} <span className="text-ink-muted">({actorWords[actor.type].label})</span>
        {actor.id !== null && <Id id={actor.id} label="Copy the actor’s id" />}
      </Fact>
      <Fact name="Resource">
        {resource.name ?? wordsOf(resource.type)}
        {resource.id !== null && <Id id={resource.id} label="Copy the resource’s id" />}
      </Fact>
      {Object.entries(details).map(([name, value]) => (
        <Fact key={name} name={wordsOf(name)}>
          <Value value={value} />
        </Fact>
      ))}
      {log.correlationId !== null && (
        <Fact name="Correlation id">
          <CodeId id={log.correlationId} label="Copy the correlation id" />
        </Fact>
      )}
      {log.requestId !== null && (
        <Fact name="Request id">
          <CodeId id={log.requestId} label="Copy the request id" />
        </Fact>
      )}
      <Fact name="Event id">
        <CodeId id={log.id} label="Copy the event’s id" />
      </Fact>
    </Facts>
  );
}

function Id({ id, label }: { id: string; label: string }) {
  return (
    <div>
      <CodeId id={id} label={label} />
    </div>
  );
}

/** A change is told as one; what has parts, part by part. */
function Value({ value }: { value: unknown }): ReactNode {
  if (value === null || value === undefined) return <span className="text-ink-muted">None</span>;
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "number") return <span className="tabular">{value.toLocaleString("en-GB")}</span>;
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value))
    return value.map((one) => (isScalar(one) ? String(one) : JSON.stringify(one))).join(", ");
  const entries = Object.entries(value);
  if (entries.length === 2 && "from" in value && "to" in value)
    return (
      <>
        <Value value={value.from} /> <span className="text-ink-muted">became</span> <Value value={value.to} />
      </>
    );
  if (entries.length === 0) return <span className="text-ink-muted">None</span>;
  return (
    <ul className="space-y-0.5">
      {entries.map(([name, part]) => (
        <li key={name}>
          <span className="text-ink-muted">{wordsOf(name)}:</span> <Value value={part} />
        </li>
      ))}
    </ul>
  );
}

const isScalar = (value: unknown): boolean => typeof value !== "object" || value === null;
