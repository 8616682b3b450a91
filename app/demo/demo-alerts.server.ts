import { createChannel } from "#app/domain/alerts/channels/create-channel.server.ts";
import type { NoticeServices } from "#app/domain/alerts/channels/notice-services.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { setToolPolicy } from "#app/domain/tools/set-tool-policy.server.ts";
import type { Database } from "#db/database.ts";
import { toUuid } from "#db/ids.ts";
import type { DemoCredentials } from "./demo-credentials.server.ts";
import type { FleetReceiver } from "./fleet-receiver.server.ts";

const mailName = "Admins by mail";
const webhookName = "Demo receiver";

export interface DemoAlertsOptions {
  db: Database;
  notices: NoticeServices;
  demo: DemoCredentials;
  receiver: FleetReceiver;
}

/**
 * On the first start, gives the demo somewhere to be told of alerts, its admins by mail and its own receiver, and
 * one agent tools that it may not call. On later ones the receiver's channel gets its new address; what people have
 * changed or removed stays so.
 */
export async function setUpDemoAlerts({ db, notices, demo, receiver }: DemoAlertsOptions): Promise<void> {
  const { tenantId } = demo;
  const actor = systemActor(tenantId, "seed");
  const tenant = toUuid(tenantId);
  const [{ channels } = { channels: 0 }] = await db.withSql(
    (sql) => sql<{ channels: number }[]>`
      with moved as (
        update alert_channels set url = ${receiver.alertsUrl}, updated_at = now()
        where tenant_id = ${tenant} and name = ${webhookName} and url like 'http://127.0.0.1:%/alerts'
          and removed_at is null
      )
      select count(*)::int as channels from alert_channels where tenant_id = ${tenant}`,
  );
  if (channels > 0) return;
  const own = { actor, tenantId, request: null };
  await createChannel(db, notices, {
    ...own,
    input: {
      ...{ kind: "email", name: mailName, addresses: [], toAdmins: true },
      ...{ minSeverity: "warning", ruleKinds: null, tellsEnd: true },
    },
  });
  await createChannel(db, notices, {
    ...own,
    input: {
      ...{ kind: "webhook", name: webhookName, url: receiver.alertsUrl },
      ...{ minSeverity: "info", ruleKinds: null, tellsEnd: true },
    },
  });
  const [agent] = demo.agents;
  if (agent === undefined) return;
  const policy = { allow: [], deny: ["shell.*", "payments.refund"] };
  await setToolPolicy(db, actor, agent.id, policy, null);
}
