import { z } from "zod";
import {
  type ChannelWithSecret,
  channelKinds,
  createChannelSchema,
  deliveryIdSchema,
  tellingStatuses,
  updateChannelSchema,
} from "#app/domain/alerts/channels/channel-schema.ts";
import { createChannel } from "#app/domain/alerts/channels/create-channel.server.ts";
import { listChannels } from "#app/domain/alerts/channels/list-channels.server.ts";
import { listDeliveries } from "#app/domain/alerts/channels/list-deliveries.server.ts";
import { removeChannel } from "#app/domain/alerts/channels/remove-channel.server.ts";
import { retryChannel } from "#app/domain/alerts/channels/retry-channel.server.ts";
import { retryDelivery } from "#app/domain/alerts/channels/retry-delivery.server.ts";
import { rotateChannelSecret } from "#app/domain/alerts/channels/rotate-channel-secret.server.ts";
import { testChannel } from "#app/domain/alerts/channels/test-channel.server.ts";
import { updateChannel } from "#app/domain/alerts/channels/update-channel.server.ts";
import { channelIdSchema } from "#app/domain/alerts/rule-schema.ts";
import type { RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import { rotateSecretSchema } from "#app/domain/messaging/endpoint-schema.ts";
import type { Runtime } from "#app/runtime.ts";
import type { Database } from "#db/database.ts";
import type { TenantId } from "#db/ids.ts";
import { orEmpty } from "./or-empty.server.ts";
import { parseInput } from "./parse-input.server.ts";

const shownDeliveries = 20;

export const channelsPageQuery = z.object({
  channel: orEmpty(channelIdSchema),
  status: orEmpty(z.enum(tellingStatuses)),
  cursor: orEmpty(deliveryIdSchema),
});

/** Where alerts are told, and what came of it lately: the actor's own tenant's, or that of `tenantId`. */
export async function loadChannelsPage(
  db: Database,
  actor: UserActor,
  { query, tenantId }: { query: z.output<typeof channelsPageQuery>; tenantId?: TenantId },
) {
  const { channel, status, cursor } = query;
  const reach = { actor, tenantId };
  const [{ channels }, page] = await Promise.all([
    listChannels(db, reach),
    listDeliveries(db, { ...reach, channelId: channel, status, cursor, limit: shownDeliveries }),
  ]);
  return {
    tenantId: tenantId ?? actor.tenantId,
    channels,
    ...page,
    filters: { channel, status },
    isContinued: cursor !== undefined,
  };
}

/** A box that is ticked. */
const ticked = z
  .literal("on")
  .optional()
  .transform((value) => value === "on");
/** One box that was ticked is a text, several are a list. */
const many = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : [value].flat()));
/** Between commas, spaces or lines. */
const addressList = z
  .string()
  .max(6_000)
  .default("")
  .transform((text) => text.split(/[\s,;]+/).filter((one) => one !== ""));

/** What a form says of a channel, of whichever kind: checked as the API's bodies are. */
const settings = {
  name: z.string(),
  minSeverity: z.string(),
  tellsEnd: ticked,
  ruleKinds: many,
  addresses: addressList,
  toAdmins: ticked,
  url: orEmpty(z.string()),
  webhookUrl: orEmpty(z.string()),
  routingKey: orEmpty(z.string()),
};
const kind = z.enum(channelKinds);
const channelId = channelIdSchema;
const intent = <I extends string, S extends z.core.$ZodLooseShape>(name: I, fields: S) =>
  z.strictObject({ intent: z.literal(name), ...fields });

export const channelsForm = z.discriminatedUnion("intent", [
  intent("add-channel", { kind, ...settings }),
  intent("mail-admins", {}),
  intent("change-channel", { channelId, kind, ...settings }),
  intent("switch-channel", { channelId, status: updateChannelSchema.shape.status.unwrap() }),
  intent("remove-channel", { channelId }),
  intent("rotate-channel", {
    channelId,
    keepPreviousHours: z.coerce.number().pipe(rotateSecretSchema.shape.keepPreviousHours.unwrap()),
  }),
  intent("test-channel", { channelId }),
  intent("retry-channel", { channelId }),
  intent("retry-delivery", { deliveryId: deliveryIdSchema }),
]);

type Settings = z.output<z.ZodObject<typeof settings>> & { kind: z.output<typeof kind> };

/** What the fields mean for a channel of the kind; those of other kinds are left out. */
function settingsOf({ kind, ruleKinds, addresses, toAdmins, url, webhookUrl, routingKey, ...all }: Settings) {
  const common = {
    ...{ name: all.name, minSeverity: all.minSeverity, tellsEnd: all.tellsEnd },
    ruleKinds: ruleKinds.length === 0 ? null : ruleKinds,
  };
  switch (kind) {
    case "email":
      return { ...common, addresses, toAdmins };
    case "webhook":
      return { ...common, url };
    case "slack":
      return { ...common, webhookUrl };
    case "pagerduty":
      return { ...common, routingKey };
  }
}

interface ChangeOptions {
  form: z.output<typeof channelsForm>;
  tenantId?: TenantId;
  request: RequestInfo;
  signal: AbortSignal;
}

/** Does what a form of the page asks for, and says what was done. */
export async function changeChannels(
  { db, notices, limits }: Runtime,
  actor: UserActor,
  { form, tenantId, request, signal }: ChangeOptions,
) {
  const change = { actor, tenantId, request };
  switch (form.intent) {
    case "add-channel": {
      const input = parseInput(createChannelSchema, { kind: form.kind, ...settingsOf(form) }, "body");
      return made("Channel added", await createChannel(db, notices, { ...change, input }));
    }
    case "mail-admins": {
      const input = createChannelSchema.parse({ kind: "email", name: "Admins by mail", toAdmins: true });
      return made("The admins are told by mail", await createChannel(db, notices, { ...change, input }));
    }
    case "change-channel": {
      const changes = parseInput(updateChannelSchema, settingsOf(form), "body");
      const { channelId } = form;
      return made("Channel changed", await updateChannel(db, notices, { ...change, channelId, changes }));
    }
    case "switch-channel": {
      const { channelId, status } = form;
      const { name } = await updateChannel(db, notices, { ...change, channelId, changes: { status } });
      return { done: status === "active" ? `${name} is told again` : `${name} is told no more` };
    }
    case "remove-channel":
      await removeChannel(db, { ...change, channelId: form.channelId });
      return { done: "Channel removed" };
    case "rotate-channel": {
      const { channelId, keepPreviousHours } = form;
      const rotated = await rotateChannelSecret(db, notices, { ...change, channelId, keepPreviousHours });
      return made("Secret rotated", rotated);
    }
    case "test-channel": {
      const services = { db, services: notices, limits };
      return { tested: await testChannel(services, { ...change, channelId: form.channelId, signal }) };
    }
    case "retry-channel": {
      const { name } = await retryChannel(db, { ...change, channelId: form.channelId });
      return { done: `${name} is tried again now` };
    }
    case "retry-delivery": {
      const { channelName } = await retryDelivery(db, { ...change, deliveryId: form.deliveryId });
      return { done: `${channelName} is told once more` };
    }
  }
}

/** A secret is shown this once. */
const made = (done: string, { id, secret }: ChannelWithSecret) =>
  secret === null ? { done } : { done, channelSecret: { channelId: id, secret } };
