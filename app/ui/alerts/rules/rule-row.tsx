import { Link, useFetcher } from "@remix-run/react";
import { Pencil } from "lucide-react";
import { definitionOf } from "#app/domain/alerts/rule-kinds.ts";
import type { RuleView } from "#app/domain/alerts/rule-schema.ts";
import { Badge } from "../../primitives/badge.tsx";
import { Button } from "../../primitives/button.tsx";
import { cx } from "../../primitives/cx.ts";
import { formatCount } from "../../primitives/format.ts";
import { Switch } from "../../primitives/switch.tsx";
import { Cell, Row } from "../../primitives/table.tsx";
import { useOutcomeToast } from "../../use-outcome-toast.ts";
import { SeverityBadge } from "../alert-marks.tsx";
import { type AlertsBase, alertsHref } from "../alerts-href.ts";
import { channelsInWords, conditionOf, cooldownInWords } from "./rule-words.ts";

interface RuleRowProps {
  base: AlertsBase;
  rule: RuleView;
  channels: readonly { id: string; name: string }[];
  mayChange: boolean;
  onEdit: () => void;
}

/** One rule: on a narrow screen its numbers stand below what it looks for. */
export function RuleRow({ base, rule, channels, mayChange, onEdit }: RuleRowProps) {
  const { name, kind, builtIn, agentName, agentId, enabled, severity, openAlerts, cooldownSeconds } = rule;
  const condition = conditionOf(rule);
  const told = channelsInWords(rule.channelIds, channels);
  return (
    <Row>
      <Cell className="!pr-0">
        <OnOff rule={rule} mayChange={mayChange} />
      </Cell>
      <Cell className="w-full max-w-0">
        <p
          className={cx(
            "flex flex-wrap items-center gap-x-2 gap-y-1 font-medium",
            enabled ? "text-ink" : "text-ink-muted",
          )}
        >
          <span className="min-w-0 [overflow-wrap:anywhere]">{name}</span>
          {!builtIn && <Badge>Added</Badge>}
          {openAlerts > 0 && (
            <Link
              to={alertsHref(base, { kind })}
              className="rounded-sm text-xs font-medium text-accent-ink underline underline-offset-2"
            >
              {formatCount(openAlerts)} open
            </Link>
          )}
        </p>
        <p className="mt-0.5 text-xs [overflow-wrap:anywhere]">
          {agentId !== null && `Only of ${agentName ?? "an agent that is gone"}. `}
          {definitionOf(kind).description}
        </p>
        <p className="mt-1.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-ink md:hidden">
          <SeverityBadge severity={severity} />
          <span>{condition}</span>
          <span className="text-ink-muted">{told}</span>
        </p>
      </Cell>
      <Cell className="hidden md:table-cell">
        <SeverityBadge severity={severity} />
      </Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">{condition}</Cell>
      <Cell className="hidden whitespace-nowrap lg:table-cell">{cooldownInWords(cooldownSeconds)}</Cell>
      <Cell className="hidden lg:table-cell">
        <span className="block max-w-40 truncate" title={told}>
          {told}
        </span>
      </Cell>
      <Cell className="text-right">
        {mayChange && (
          <Button
            variant="ghost"
            size="icon-sm"
            className="needs-script"
            aria-label={`Edit ${name}`}
            title="Edit"
            onClick={onEdit}
            icon={<Pencil className="size-4" />}
          />
        )}
      </Cell>
    </Row>
  );
}

function OnOff({ rule: { id, name, enabled }, mayChange }: Pick<RuleRowProps, "rule" | "mayChange">) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  // What was asked for, until the page knows better.
  const asked = fetcher.formData?.get("enabled");
  const isOn = asked === undefined || asked === null ? enabled : asked === "on";
  if (!mayChange) return <Badge tone={enabled ? "ok" : "neutral"}>{enabled ? "On" : "Off"}</Badge>;
  return (
    <fetcher.Form method="post">
      <input type="hidden" name="intent" value="switch-rule" />
      <input type="hidden" name="ruleId" value={id} />
      <input type="hidden" name="enabled" value={isOn ? "off" : "on"} />
      <Switch on={isOn} aria-label={name} />
    </fetcher.Form>
  );
}
