import { BellRing, CircleCheck, Eye, Moon, SearchX, ShieldCheck } from "lucide-react";
import type { AlertListName } from "#app/domain/alerts/alert-list-schema.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Notice } from "../primitives/notice.tsx";
import { type AlertsBase, alertsHref } from "./alerts-href.ts";

/** What is looked for, and where it is told. */
export interface Watch {
  /** Rules that are on. */
  rules: number;
  /** Channels that are told, disabled ones not counted. */
  channels: number;
}

interface NoAlertsProps {
  base: AlertsBase;
  show: AlertListName;
  watch: Watch | null;
  isFiltered: boolean;
  isFirstPage: boolean;
}

/** What an empty list says: what is watched, or what would be in it. */
export function NoAlerts({ base, show, watch, isFiltered, isFirstPage }: NoAlertsProps) {
  if (!isFirstPage)
    return (
      <EmptyState icon={SearchX} title="No more">
        What was here has been dealt with.
      </EmptyState>
    );
  if (isFiltered)
    return (
      <EmptyState
        icon={SearchX}
        title="Nothing matches"
        action={
          <ButtonLink to={alertsHref(base, { show })} size="sm">
            Clear filters
          </ButtonLink>
        }
      >
        No alert in this list fits these filters.
      </EmptyState>
    );
  switch (show) {
    case "open":
      return (
        <EmptyState
          icon={ShieldCheck}
          title="Nothing is open"
          action={
            <ButtonLink to={`${base}/rules`} size="sm" prefetch="intent">
              {watch === null ? "See the rules" : rulesOf(watch.rules)}
            </ButtonLink>
          }
        >
          Sign-ins, refused agents and tool calls, failing messages, quotas and budgets, and the audit trail
          itself are watched. What is found shows here within seconds.
        </EmptyState>
      );
    case "acknowledged":
      return (
        <EmptyState icon={Eye} title="None acknowledged">
          An alert that somebody has taken note of waits here until it is resolved.
        </EmptyState>
      );
    case "snoozed":
      return (
        <EmptyState icon={Moon} title="None snoozed">
          An alert that was put off waits here, and comes back by itself.
        </EmptyState>
      );
    case "resolved":
      return (
        <EmptyState icon={CircleCheck} title="None resolved yet">
          Resolved alerts are kept here for 90 days, with what came of them.
        </EmptyState>
      );
  }
}

const rulesOf = (count: number): string =>
  count === 0
    ? "Turn rules on"
    : count === 1
      ? "See the rule that is on"
      : `See the ${count} rules that are on`;

/** As long as alerts are told nowhere: who does not look here does not hear of them. */
export function ChannelsHint({ watch, mayWrite }: { watch: Watch; mayWrite: boolean }) {
  if (watch.channels !== 0 || !mayWrite) return null;
  return (
    <Notice className="mb-4">
      <span className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <span>Alerts are told here alone. A channel tells the right people by e-mail, chat or pager.</span>
        <ButtonLink
          to="/dashboard/alerts/channels"
          size="sm"
          icon={<BellRing className="size-3.5" />}
          prefetch="intent"
        >
          Add a channel
        </ButtonLink>
      </span>
    </Notice>
  );
}
