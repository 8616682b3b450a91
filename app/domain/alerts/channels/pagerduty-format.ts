import { ruleKinds } from "../rule-kinds.ts";
import { adviceOf, type Notice, noticeFacts } from "./notice.ts";

const maxSummary = 1_024;

/**
 * An event of PagerDuty's Events API v2
 * (https://github.com/PagerDuty/developer-docs/blob/main/docs/events-API-v2/02-Trigger-Events.md). What
 * is told of one alert has one key, so that it is one incident there, and is acknowledged and resolved as
 * the alert is.
 */
export function pagerDutyEvent(
  notice: Notice,
  routingKey: string,
  action: "trigger" | "acknowledge" | "resolve" = actionOf(notice),
): unknown {
  const common = { routing_key: routingKey, event_action: action, dedup_key: notice.about };
  if (action !== "trigger") return common;
  const { content, tenant } = notice;
  const advice = adviceOf(notice);
  return {
    ...common,
    payload: {
      summary: content.title.slice(0, maxSummary),
      source: content.subject?.name ?? content.subject?.id ?? tenant.name,
      severity: content.severity,
      timestamp: content.lastAt ?? notice.createdAt,
      component: content.subject?.type ?? "signalbox",
      group: tenant.name,
      class: content.kind === undefined ? "Test" : ruleKinds[content.kind].label,
      custom_details: {
        ...Object.fromEntries(noticeFacts(notice)),
        ...(advice.length > 0 && { Advice: advice.join(" ") }),
        Delivery: notice.id,
      },
    },
    links: [{ href: notice.link, text: content.id === null ? "Open Signalbox" : "Open the alert" }],
    client: "Signalbox",
    client_url: notice.link,
  };
}

function actionOf({ reason }: Notice): "trigger" | "acknowledge" | "resolve" {
  if (reason === "acknowledged") return "acknowledge";
  return reason === "resolved" ? "resolve" : "trigger";
}
