import type { Sql } from "#db/database.ts";
import { firstUuidOf, toUuid } from "#db/ids.ts";
import type { ActiveRule } from "../alert-rules.server.ts";
import type { Finding } from "../signal.ts";
import type { StateCheck } from "./state-check.ts";

/** Of fewer messages no share is worth anything. */
const fewest = 20;

const failures = ["message.failed", "message.dead"] as const;

/**
 * The share of a tenant's messages that have failed or died within each rule's window, of those that were sent in
 * it. The failures are counted in the trail; of the messages only so many as would make the share too small
 * to matter, so that what it costs goes with the failures and not with the traffic.
 */
export const errorRate: StateCheck = {
  ...{ kind: "error_rate", keyPrefix: "messages", everySeconds: 30, actions: failures },
  async find(sql, { rules, now }) {
    const findings: Finding[] = [];
    for (const { rule, failed } of await countFailures(sql, rules)) {
      // Of this many messages the failures are the rule's share exactly; one more, and they are less.
      const most = Math.floor((failed * 100) / rule.threshold);
      const total = Math.max(failed, await countSent(sql, rule, { now, atMost: most + 1 }));
      if (total > most || total < fewest) continue;
      findings.push({
        ...{ tenantId: rule.tenantId, kind: "error_rate", key: "messages", ruleId: rule.id },
        value: Math.floor((failed * 100) / total),
        subject: { type: "tenant", id: rule.tenantId, name: null },
        facts: { failed, total },
      });
    }
    return findings;
  },
};

interface FailedRule {
  rule: ActiveRule;
  failed: number;
}

/** Of all rules in one look; those that have none are left out. */
async function countFailures(sql: Sql, rules: readonly ActiveRule[]): Promise<FailedRule[]> {
  if (rules.length === 0) return [];
  const asked = rules.map(({ tenantId, windowSeconds }, n) => ({
    ...{ n, tenant_id: toUuid(tenantId), window_seconds: windowSeconds },
  }));
  const rows = await sql<{ n: number; failed: string }[]>`
    select asked.n, found.failed
    from json_to_recordset(${JSON.stringify(asked)}::text::json) as asked (
      n int, tenant_id uuid, window_seconds int
    )
    cross join lateral (
      select count(*) as failed from audit_events event
      where event.tenant_id = asked.tenant_id and event.action = any(${[...failures]}::text[])
        and event.occurred_at > now() - make_interval(secs => asked.window_seconds)
    ) as found
    where found.failed > 0`;
  return rows.flatMap(({ n, failed }) => {
    const rule = rules[n];
    return rule === undefined ? [] : [{ rule, failed: Number(failed) }];
  });
}

async function countSent(
  sql: Sql,
  { tenantId, windowSeconds }: ActiveRule,
  { now, atMost }: { now: Date; atMost: number },
): Promise<number> {
  const since = firstUuidOf(now.getTime() - windowSeconds * 1_000);
  const [row] = await sql<{ sent: string }[]>`
    select count(*) as sent from (
      select from messages where tenant_id = ${toUuid(tenantId)} and id >= ${since} limit ${atMost}
    ) as sent`;
  return Number(row?.sent ?? 0);
}
