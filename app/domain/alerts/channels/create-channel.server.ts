import { AppError, invalidInput, notFound } from "#app/domain/errors.ts";
import type { Database, Sql } from "#db/database.ts";
import { newId, toUuid } from "#db/ids.ts";
import type { RequestInfo } from "../../auth/actor.ts";
import { checkedUrl } from "../../outbound/checked-url.server.ts";
import { generateSigningSecret } from "../../outbound/signing-secret.ts";
import {
  aboutChannel,
  type ChannelReach,
  changedChannel,
  nameTaken,
  recordChannelEvent,
  tenantOfChange,
} from "./change-channel.server.ts";
import type { ChannelWithSecret, CreateChannelInput } from "./channel-schema.ts";
import { channelSecretOwner, hintOf } from "./channel-secret.ts";
import type { NoticeServices } from "./notice-services.server.ts";

export interface CreateChannel extends ChannelReach {
  input: CreateChannelInput;
  request: RequestInfo | null;
}

/** More would be told each alert than anybody reads. */
const maxChannels = 50;

/**
 * Adds a place where alerts are told. A webhook's signing secret is in the answer, this once; what people
 * bring (Slack's address, PagerDuty's key) never is.
 * @throws AppError invalid_input naming the field, conflict for a name that is taken or one too many.
 */
export async function createChannel(
  db: Database,
  services: NoticeServices,
  create: CreateChannel,
): Promise<ChannelWithSecret> {
  const { actor, input, request } = create;
  const tenantId = tenantOfChange(create);
  const channelId = newId("chn");
  const { secret, url } = secretOf(services, input);
  const sealed =
    secret === null ? null : services.secrets.seal(channelSecretOwner({ tenantId, channelId }), secret);
  const addresses = input.kind === "email" ? distinctAddresses(input.addresses) : [];
  const toAdmins = input.kind === "email" && input.toAdmins;
  if (input.kind === "email") requireSomebody(addresses, toAdmins);
  const tenantUuid = toUuid(tenantId);
  const channelUuid = toUuid(channelId);
  return db
    .asTenantSql(tenantId, async (sql) => {
      await requireRoom(sql, tenantUuid);
      await sql`
        insert into alert_channels (
          tenant_id, id, kind, name, min_severity, rule_kinds, tells_end, url, addresses, to_admins, secret, hint,
          created_by
        ) values (
          ${tenantUuid}, ${channelUuid}, ${input.kind}, ${input.name}, ${input.minSeverity}, ${input.ruleKinds},
          ${input.tellsEnd}, ${url}, ${addresses}, ${toAdmins}, ${sealed}, ${secret && hintOf(secret)},
          ${actor.kind === "user" ? toUuid(actor.id) : null}
        )
      `;
      await recordChannelEvent(sql, {
        ...aboutChannel({ actor, channelId, request }, { tenantId, name: input.name }),
        action: "alert_channel.created",
        details: { kind: input.kind },
      });
      const view = await changedChannel(sql, { tenantUuid, channelUuid }, channelId);
      return { ...view, secret: input.kind === "webhook" ? secret : null };
    })
    .catch(nameTaken);
}

function secretOf(
  { outbound }: NoticeServices,
  input: CreateChannelInput,
): { secret: string | null; url: string | null } {
  switch (input.kind) {
    case "email":
      return { secret: null, url: null };
    case "webhook":
      return { secret: generateSigningSecret(), url: checkedUrl(outbound, input.url, "url") };
    case "slack":
      return { secret: checkedUrl(outbound, input.webhookUrl, "webhookUrl"), url: null };
    case "pagerduty":
      return { secret: input.routingKey, url: null };
  }
}

/** Each once, as it was typed first. */
export const distinctAddresses = (addresses: readonly string[]): string[] =>
  [
    ...new Map(addresses.toReversed().map((address) => [address.toLowerCase(), address])).values(),
  ].toReversed();

/** @throws AppError invalid_input for mail to nobody. */
export function requireSomebody(addresses: readonly string[], toAdmins: boolean): void {
  if (addresses.length === 0 && !toAdmins)
    throw invalidInput("addresses", "must have an address, unless the admins are told");
}

async function requireRoom(sql: Sql, tenantUuid: string): Promise<void> {
  const [row] = await sql<{ count: number }[]>`
    select (
      select count(*)::int from alert_channels where tenant_id = ${tenantUuid} and removed_at is null
    ) as count
    from tenants where id = ${tenantUuid}
  `;
  if (row === undefined) throw notFound("tenant");
  if (row.count >= maxChannels)
    throw new AppError("conflict", `There are ${maxChannels} channels already; remove one first.`);
}
