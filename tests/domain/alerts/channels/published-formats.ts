import { z } from "zod";

/**
 * What PagerDuty publishes of an event of its Events API v2, strict: a field that it does not name, or one
 * over its bounds, is refused.
 * https://github.com/PagerDuty/developer-docs/blob/main/docs/events-API-v2/02-Trigger-Events.md
 */
const base = {
  routing_key: z.string().length(32),
  dedup_key: z.string().min(1).max(255),
};
const trigger = z.strictObject({
  ...base,
  event_action: z.literal("trigger"),
  payload: z.strictObject({
    summary: z.string().min(1).max(1_024),
    source: z.string().min(1),
    severity: z.enum(["critical", "error", "warning", "info"]),
    timestamp: z.iso.datetime({ offset: true }).optional(),
    component: z.string().optional(),
    group: z.string().optional(),
    class: z.string().optional(),
    custom_details: z.record(z.string(), z.json()).optional(),
  }),
  images: z
    .array(
      z.strictObject({
        src: z.url({ protocol: /^https$/ }),
        href: z.url().optional(),
        alt: z.string().optional(),
      }),
    )
    .optional(),
  links: z.array(z.strictObject({ href: z.url(), text: z.string().optional() })).optional(),
  client: z.string().optional(),
  client_url: z.url().optional(),
});
/** Follow-ups name what they are about and no more. */
const followUp = z.strictObject({ ...base, event_action: z.enum(["acknowledge", "resolve"]) });
export const pagerDutySchema = z.discriminatedUnion("event_action", [trigger, followUp]);
/** https://github.com/PagerDuty/developer-docs/blob/main/docs/events-API-v2/01-Overview.md: size limits. */
export const pagerDutyMaxBytes = 512 * 1024;

/**
 * What Slack publishes of the blocks that incoming webhooks take, strict:
 * https://docs.slack.dev/reference/block-kit/blocks (header, section, context, actions),
 * https://docs.slack.dev/reference/block-kit/composition-objects/text-object,
 * https://docs.slack.dev/reference/block-kit/block-elements/button-element.
 */
const plainText = (max: number) =>
  z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });
const markdown = (max: number) =>
  z.strictObject({
    type: z.literal("mrkdwn"),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });
const text = (max: number) => z.union([plainText(max), markdown(max)]);
const blockId = z.string().max(255).optional();
const button = z.strictObject({
  type: z.literal("button"),
  text: plainText(75),
  action_id: z.string().max(255).optional(),
  url: z.url().max(3_000).optional(),
  value: z.string().max(2_000).optional(),
  style: z.enum(["primary", "danger"]).optional(),
});
const block = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("header"), text: plainText(150), block_id: blockId }),
  z
    .strictObject({
      type: z.literal("section"),
      text: text(3_000).optional(),
      fields: z.array(text(2_000)).min(1).max(10).optional(),
      block_id: blockId,
    })
    .refine((section) => section.text !== undefined || section.fields !== undefined),
  z.strictObject({
    type: z.literal("context"),
    elements: z.array(text(3_000)).min(1).max(10),
    block_id: blockId,
  }),
  z.strictObject({ type: z.literal("actions"), elements: z.array(button).min(1).max(25), block_id: blockId }),
  z.strictObject({ type: z.literal("divider"), block_id: blockId }),
]);
/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export const slackSchema = z.strictObject({
  text: z.string().min(1).max(40_000),
  blocks: z.array(block).min(1).max(50),
});
