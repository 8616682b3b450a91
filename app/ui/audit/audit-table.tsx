import { ChevronRight } from "lucide-react";
import { Fragment, type KeyboardEvent, useId, useState } from "react";
import type { AuditLog } from "#app/domain/audit/audit-log-schema.ts";
import type { TenantNames } from "#app/domain/platform/schema.ts";
import { Badge } from "../primitives/badge.tsx";
import { cx } from "../primitives/cx.ts";
import { Cell, HeaderCell, Table } from "../primitives/table.tsx";
import type { AuditBase } from "./audit-href.ts";
import { actorWords, statusWords, wordsOf } from "./audit-words.ts";
import { EventDetails } from "./event-details.tsx";
import { EventTime } from "./event-time.tsx";

interface AuditTableProps {
  logs: readonly AuditLog[];
  base: AuditBase;
  /** Where events of several tenants are shown: what these are called. */
  names: TenantNames | undefined;
}

/** Events, newest first. A row opens to all that the event says; up and down (or k and j) move between them. */
export function AuditTable({ logs, base, names }: AuditTableProps) {
  const tenantNames = names && new Map<string, string>(names.tenants.map(({ id, name }) => [id, name]));
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys move between the buttons inside
    <div onKeyDown={moveFocus}>
      <Table
        caption="Events, newest first"
        head={
          <>
            <HeaderCell className="min-w-32 sm:min-w-44">Timestamp</HeaderCell>
            {names !== undefined && <HeaderCell className="hidden md:table-cell">Tenant</HeaderCell>}
            <HeaderCell className="hidden md:table-cell">Actor</HeaderCell>
            <HeaderCell className="w-full">Action</HeaderCell>
            <HeaderCell className="hidden md:table-cell">Resource</HeaderCell>
            <HeaderCell>Status</HeaderCell>
          </>
        }
      >
        {logs.map((log) => (
          <EventRows
            key={log.id}
            log={log}
            base={base}
            tenant={tenantNames && (tenantNames.get(log.tenantId) ?? log.tenantId)}
            isOpen={open.has(log.id)}
            onToggle={toggle}
          />
        ))}
      </Table>
    </div>
  );
}

interface EventRowsProps {
  log: AuditLog;
  base: AuditBase;
  /** Its name, where it is told. */
  tenant: string | undefined;
  isOpen: boolean;
  onToggle: (id: string) => void;
}

function EventRows({ log, base, tenant, isOpen, onToggle }: EventRowsProps) {
  const detailsId = useId();
  const { actor, resource } = log;
  const { label, tone, icon: StatusIcon } = statusWords[log.status];
  const ActorIcon = actorWords[actor.type].icon;
  const actorName = actor.name ?? actor.id ?? "Nobody";
  const resourceName = resource.name ?? resource.id ?? wordsOf(resource.type);
  return (
    <Fragment>
      <tr className={cx("relative transition-colors hover:bg-hover", isOpen && "bg-canvas")}>
        <Cell>
          <button
            type="button"
            data-event-toggle=""
            aria-expanded={isOpen}
            aria-controls={detailsId}
            onClick={() => onToggle(log.id)}
            className="flex min-h-6 items-center gap-1.5 rounded-sm text-left text-ink after:absolute after:inset-0 sm:whitespace-nowrap"
          >
            <ChevronRight
              aria-hidden="true"
              className={cx("size-3.5 shrink-0 text-ink-faint transition-transform", isOpen && "rotate-90")}
            />
            <EventTime at={log.timestamp} />
          </button>
        </Cell>
        {tenant !== undefined && (
          <Cell className="hidden md:table-cell">
            <span className="block max-w-36 truncate" title={tenant}>
              {tenant}
            </span>
          </Cell>
        )}
        <Cell className="hidden md:table-cell">
          <span className="flex max-w-44 items-center gap-1.5">
            <ActorIcon aria-hidden="true" className="size-3.5 shrink-0 text-ink-faint" />
            <span className="truncate" title={actorName}>
              {actorName}
            </span>
          </span>
        </Cell>
        <Cell className="w-full max-w-0">
          <span className="block truncate font-mono text-xs leading-5 text-ink" title={log.action}>
            {log.action}
          </span>
          <span className="block truncate text-xs text-ink-muted md:hidden">
            {tenant !== undefined && `${tenant} · `}
            {actorName} · {resourceName}
          </span>
        </Cell>
        <Cell className="hidden md:table-cell">
          <span className="block max-w-52 truncate" title={resourceName}>
            <span className="text-ink-muted">{wordsOf(resource.type)}</span>{" "}
            {resource.name !== null && <span className="text-ink">{resource.name}</span>}
          </span>
        </Cell>
        <Cell>
          <Badge tone={tone} icon={<StatusIcon aria-hidden="true" />}>
            <span className="sr-only sm:not-sr-only">{label}</span>
          </Badge>
        </Cell>
      </tr>
      <tr id={detailsId} hidden={!isOpen}>
        {isOpen && (
          <td colSpan={tenant === undefined ? 5 : 6} className="p-0">
            <EventDetails log={log} base={base} tenant={tenant} />
          </td>
        )}
      </tr>
    </Fragment>
  );
}

const steps: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows: Element[] = [...event.currentTarget.querySelectorAll("[data-event-toggle]")];
  const index = document.activeElement === null ? -1 : rows.indexOf(document.activeElement);
  const next = rows[index + step];
  if (index === -1 || !(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}
