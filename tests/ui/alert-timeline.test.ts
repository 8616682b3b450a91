import { expect, test } from "vitest";
import type { AlertEntry, AlertView } from "#app/domain/alerts/alert-schema.ts";
import type { RuleKind, Severity } from "#app/domain/alerts/rule-kinds.ts";
import type { AuditLog } from "#app/domain/audit/audit-log-schema.ts";
import { foldAlerts } from "#app/ui/alerts/fold-alerts.ts";
import { timelineOf } from "#app/ui/alerts/timeline.ts";
import { newId } from "#db/ids.ts";

const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString();
const tenantId = newId("ten");
const user = newId("usr");

const event = (seconds: number, action: string): AuditLog => ({
  ...{ id: newId("evt"), tenantId, timestamp: at(seconds), action, status: "failure" },
  actor: { id: null, type: "user", name: null },
  resource: { type: "user", id: user, name: "Ada" },
  ...{ requestId: null, correlationId: null, details: {} },
});
const entry = (seconds: number, kind: AlertEntry["kind"]): AlertEntry => ({
  ...{ id: `${kind} ${seconds}`, at: at(seconds), kind, text: null, details: {} },
  actor: { kind: "user", id: user, name: "Ada" },
});

test("what happened with an alert is one list, newest first, in which equal events that follow one another are one", () => {
  const items = timelineOf({
    events: [event(1, "auth.login.failed"), event(2, "auth.login.failed"), event(30, "auth.login.failed")],
    entries: [entry(2, "opened"), entry(20, "acknowledged")],
    deliveries: [],
  });
  expect(
    items.map((item) =>
      item.kind === "events"
        ? `${item.events.length} × ${item.events[0].action} ${item.at}`
        : item.kind === "entry" && item.entry.kind,
    ),
  ).toEqual([`1 × auth.login.failed ${at(30)}`, "acknowledged", "opened", `2 × auth.login.failed ${at(2)}`]);
});

const alert = (kind: RuleKind, severity: Severity): AlertView => ({
  ...{ id: newId("alr"), tenantId, ruleId: newId("rul"), kind, severity, status: "open" },
  ...{ title: kind, subject: { type: "agent", id: null, name: null }, facts: {}, count: 1 },
  ...{ firstAt: at(1), lastAt: at(1), openedAt: at(1), toldAt: null, snoozedUntil: null },
  ...{ silencedUntil: null, acknowledgedAt: null, acknowledgedBy: null },
  ...{ resolvedAt: null, resolvedBy: null, resolution: null },
});

const folded = (alerts: AlertView[]): string[] =>
  foldAlerts(alerts.map((item) => ({ item, hasLeft: false }))).map((line) =>
    "row" in line ? line.row.item.kind : `${line.more} more ${line.kind}`,
  );

test("many of a kind are two and a number, so that they hide nothing else; what is critical never folds", () => {
  const quota = () => alert("usage_threshold", "info");
  const reach = () => alert("cross_tenant_access", "critical");
  expect(folded([quota(), reach(), quota(), quota(), alert("error_rate", "warning"), quota()])).toEqual([
    "usage_threshold",
    "cross_tenant_access",
    "usage_threshold",
    "2 more usage_threshold",
    "error_rate",
  ]);
  expect(folded([quota(), quota(), quota()])).toHaveLength(3);
  expect(folded([reach(), reach(), reach(), reach(), reach()])).toHaveLength(5);
});
