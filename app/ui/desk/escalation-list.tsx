import { Link } from "@remix-run/react";
import type { KeyboardEvent } from "react";
import type { EscalationView } from "#app/domain/messaging/escalation-schema.ts";
import { severities, summaryOf } from "../messages/message-words.ts";
import { Badge } from "../primitives/badge.tsx";
import { cx } from "../primitives/cx.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";
import type { SteadyRow } from "../use-steady-list.ts";
import { StateBadge } from "./state-badge.tsx";

interface EscalationListProps {
  rows: SteadyRow<EscalationView>[];
  openId: string | null;
  viewerId: string;
  hrefOf: (messageId: string) => string;
}

/** What is at the desk. Up and down (or k and j) move along it. */
export function EscalationList({ rows, openId, viewerId, hrefOf }: EscalationListProps) {
  return (
    <ul aria-label="Escalations" onKeyDown={moveFocus} className="divide-y">
      {rows.map((row) => (
        <Item
          key={row.item.message.id}
          row={row}
          isOpen={row.item.message.id === openId}
          viewerId={viewerId}
          href={hrefOf(row.item.message.id)}
        />
      ))}
    </ul>
  );
}

interface ItemProps {
  row: SteadyRow<EscalationView>;
  isOpen: boolean;
  viewerId: string;
  href: string;
}

function Item({ row: { item: escalation, hasLeft }, isOpen, viewerId, href }: ItemProps) {
  const { message, severity } = escalation;
  return (
    <li>
      <Link
        to={href}
        preventScrollReset
        aria-current={isOpen ? "true" : undefined}
        className={cx(
          "block px-3 py-3 transition-colors [outline-offset:-2px] sm:px-4",
          isOpen ? "bg-accent-soft" : "hover:bg-hover",
        )}
      >
        <span className="flex items-center gap-2">
          <Badge tone={severities[severity].tone}>{severities[severity].label}</Badge>
          {hasLeft && escalation.state !== "resolved" ? (
            <Badge>No longer here</Badge>
          ) : (
            <StateBadge escalation={escalation} viewerId={viewerId} />
          )}
          <RelativeTime at={message.createdAt} className="tabular ml-auto shrink-0 text-xs text-ink-muted" />
        </span>
        <span
          className={cx(
            "mt-1.5 line-clamp-2 text-sm [overflow-wrap:anywhere]",
            hasLeft ? "text-ink-muted" : "text-ink",
          )}
        >
          {summaryOf(message)}
        </span>
        <span className="mt-0.5 block truncate text-xs text-ink-muted">{message.sender.name}</span>
      </Link>
    </li>
  );
}

const steps: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const links: Element[] = [...event.currentTarget.querySelectorAll("a")];
  const index = document.activeElement === null ? -1 : links.indexOf(document.activeElement);
  const next = links[index + step];
  if (index === -1 || !(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}
