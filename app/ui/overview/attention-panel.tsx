import { Link, useFetcher } from "@remix-run/react";
import { ArrowRight, CircleCheck, ShieldCheck } from "lucide-react";
import type { OverviewProblems, ProblemGroup } from "#app/domain/messaging/overview-schema.ts";
import { agentInboxPath } from "../agents/agent-words.ts";
import { CriticalAlertItems, type CriticalAlerts } from "../alerts/critical-alerts.tsx";
import { messagesHref } from "../message-log/messages-href.ts";
import { deliveryStatuses, messageTypes } from "../messages/message-words.ts";
import { PartyName } from "../messages/party-name.tsx";
import { tintOf } from "../primitives/badge.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { causeOf } from "./problem-words.ts";

interface AttentionPanelProps {
  problems: OverviewProblems;
  /** None for those who may not see alerts. */
  critical: CriticalAlerts;
  mayWrite: boolean;
}

/**
 * The critical alerts that are open; then what was refused, failed or expired: who to whom, why, and the
 * way out of it.
 */
export function AttentionPanel({ problems, critical, mayWrite }: AttentionPanelProps) {
  const { groups, groupCount } = problems;
  const href = messagesHref({ status: "problem", window: "24h" });
  return (
    <Panel
      title="Needs attention"
      description={
        critical.alerts.length > 0
          ? "Critical alerts, and what was not delivered in the last 24 hours."
          : "Not delivered in the last 24 hours."
      }
      flush
      actions={
        groups.length > 0 && (
          <ButtonLink to={href} size="sm" prefetch="intent">
            View all
          </ButtonLink>
        )
      }
    >
      {groups.length === 0 && critical.alerts.length === 0 ? (
        <EmptyState icon={ShieldCheck} title="Nothing needs you" className="!py-10">
          Every message of the last 24 hours reached its mailbox.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          <CriticalAlertItems {...critical} />
          {groups.map((group) => (
            <Problem key={keyOf(group)} group={group} mayWrite={mayWrite} />
          ))}
        </ul>
      )}
      {groupCount > groups.length && (
        <p className="border-t px-4 py-2.5 text-xs text-ink-muted sm:px-5">
          And {formatCount(groupCount - groups.length)} more between others.
        </p>
      )}
    </Panel>
  );
}

const keyOf = ({ sender, recipient, status, reason }: ProblemGroup): string =>
  `${sender.id} ${recipient.id} ${status} ${reason}`;

function Problem({ group, mayWrite }: { group: ProblemGroup; mayWrite: boolean }) {
  const { sender, recipient, status, count, last, isResolved } = group;
  const delivery = deliveryStatuses[status];
  const Icon = isResolved ? CircleCheck : delivery.icon;
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2.5 px-4 py-3 sm:flex-nowrap sm:px-5">
      <span
        aria-hidden="true"
        className={cx(
          "grid size-8 shrink-0 place-items-center self-start rounded ring-1 ring-inset ring-ink/[0.06]",
          tintOf(isResolved ? "ok" : delivery.tone),
        )}
      >
        <Icon className="size-4" strokeWidth={1.85} />
      </span>
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-1.5 text-sm">
          <PartyName party={sender} />
          <ArrowRight aria-label="to" className="size-3.5 text-ink-faint" />
          <PartyName party={recipient} />
        </p>
        <p className="mt-0.5 text-sm text-ink-muted">
          {causeOf(group)}{" "}
          <Link
            to={messagesHref({ status, from: sender.id, to: recipient.id, window: "24h" })}
            prefetch="intent"
            className="whitespace-nowrap rounded-sm text-ink underline decoration-line-strong underline-offset-2 hover:decoration-ink"
          >
            {count === 1
              ? `1 ${messageTypes[last.type].label.toLowerCase()}`
              : `${formatCount(count)} messages`}
          </Link>
          {", "}
          <span className="whitespace-nowrap">
            {count > 1 && "last "}
            <RelativeTime at={last.at} />
          </span>
        </p>
      </div>
      <div className="flex shrink-0 gap-2 max-sm:w-full max-sm:pl-11 sm:ml-auto">
        <WayOut group={group} mayWrite={mayWrite} />
      </div>
    </li>
  );
}

/** What one can do about it; nothing where only time helps or the reader may not. */
function WayOut({ group, mayWrite }: { group: ProblemGroup; mayWrite: boolean }) {
  const { sender, recipient, status, reason, isResolved } = group;
  if (isResolved) return null;
  if (reason === "no_allowlist_edge" && mayWrite) return <AllowButton group={group} />;
  if (reason === "agent_paused" && mayWrite)
    return (
      <ButtonLink to={`/dashboard/agents/${sender.id}`} size="sm" prefetch="intent">
        Open {sender.name}
      </ButtonLink>
    );
  if (status === "expired")
    return (
      <ButtonLink to={`${agentInboxPath(recipient.id)}&status=expired`} size="sm" prefetch="intent">
        Open inbox
      </ButtonLink>
    );
  return null;
}

/** Adds the missing edge, as the agent's own page does; without JavaScript it leads there. */
function AllowButton({ group: { sender, recipient } }: { group: ProblemGroup }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <fetcher.Form method="post" action={`/dashboard/agents/${sender.id}`}>
      <input type="hidden" name="intent" value="allow" />
      <input type="hidden" name="recipientId" value={recipient.id} />
      <Button
        type="submit"
        size="sm"
        busy={fetcher.state !== "idle"}
        aria-label={`Allow ${sender.name} to send to ${recipient.name}`}
      >
        Allow
      </Button>
    </fetcher.Form>
  );
}
