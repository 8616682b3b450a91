import type { Database } from "#db/database.ts";
import { type AlertChannelId, SYSTEM_TENANT_ID, type TenantId, toUuid, type UserId } from "#db/ids.ts";
import { composeMail, namedInMail } from "../../mail/compose-mail.ts";
import type { Mail } from "../../mail/mail.ts";
import type { MailServices } from "../../mail/mail-services.server.ts";
import type { ChannelKind } from "./channel-schema.ts";
import { failingDays } from "./failing-days.ts";

export interface ChannelDisabled {
  tenantId: TenantId;
  channelId: AlertChannelId;
  userId: UserId;
}

interface Row {
  email: string;
  tenant: string;
  channel: string;
  kind: ChannelKind;
  reason: string | null;
}

const kinds: Record<ChannelKind, string> = {
  email: "e-mail",
  webhook: "a webhook",
  slack: "Slack",
  pagerduty: "PagerDuty",
};

/** Tells an admin that the last channel that alerts were told by is given up. Nothing once it is used again. */
export async function channelDisabledMail(
  db: Database,
  { origin }: MailServices,
  { tenantId, channelId, userId }: ChannelDisabled,
): Promise<Mail | undefined> {
  const [row] = await db.withSql(
    (sql) => sql<Row[]>`
      select person.email, tenant.name as tenant, channel.name as channel, channel.kind,
        channel.disabled_reason as reason
      from alert_channels channel
      join tenants tenant on tenant.id = channel.tenant_id
      join users person on person.id = ${toUuid(userId)} and person.disabled_at is null
      where channel.tenant_id = ${toUuid(tenantId)} and channel.id = ${toUuid(channelId)}
        and channel.status = 'disabled' and channel.removed_at is null
    `,
    { readOnly: true },
  );
  if (row === undefined) return undefined;
  const pages = tenantId === SYSTEM_TENANT_ID ? "/admin/alerts" : "/dashboard/alerts";
  const why =
    row.reason === "gone" ? "its receiver says that it is gone" : `it has failed for ${failingDays} days`;
  return composeMail({
    to: row.email,
    subject: `Alerts of ${namedInMail(row.tenant)} are told to nobody`,
    before: [
      "Hello,",
      `the channel ${namedInMail(row.channel)} (${kinds[row.kind]}) of ${namedInMail(row.tenant)} is switched off: ${why}. It was the last one in use, so nobody is told of new alerts until you repair it or add another.`,
    ],
    link: { label: "See the channels", url: `${origin}${pages}/channels` },
  });
}
