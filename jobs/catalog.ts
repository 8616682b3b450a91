import { z } from "zod";
import {
  type AgentId,
  type AlertChannelId,
  type ErasureId,
  type InvitationId,
  type OneTimeTokenId,
  parseId,
  type TenantId,
  type UserId,
  type VerificationId,
} from "#db/ids.ts";

/**
 * Separate runners, so that slow work never delays urgent work: `deliveries` hands messages on,
 * `alerts` tells people, `maintenance` cleans up, `trail` seals, checks and archives the audit trail,
 * `pushes` waits for the answers of endpoints, `notices` for those of alerts' channels.
 */
export const runnerNames = ["deliveries", "alerts", "maintenance", "trail", "pushes", "notices"] as const;
export type RunnerName = (typeof runnerNames)[number];

interface JobDefinition<P> {
  payload: z.ZodType<P>;
  runner: RunnerName;
  /** Attempts, with exponential backoff in between; after the last one the failure is recorded. */
  maxAttempts: number;
}

// graphile-worker adds `_cron` to what its crontab enqueues; it is left out.
const nothing = z.object({});
type Nothing = z.infer<typeof nothing>;

/** How many of these in a row have found nothing; absent where the clock started it. */
const rollUpTraffic = z.object({ quietRuns: z.int().min(0).optional() });
type RollUpTraffic = z.infer<typeof rollUpTraffic>;
const erasure = z.object({
  tenantId: z.custom<TenantId>((value) => parseId(value, "ten") !== undefined),
  erasureId: z.custom<ErasureId>((value) => parseId(value, "ers") !== undefined),
});
const verification = z.object({
  tenantId: z.custom<TenantId>((value) => parseId(value, "ten") !== undefined),
  verificationId: z.custom<VerificationId>((value) => parseId(value, "vrf") !== undefined),
});
const ofAgent = z.object({
  tenantId: z.custom<TenantId>((value) => parseId(value, "ten") !== undefined),
  agentId: z.custom<AgentId>((value) => parseId(value, "agt") !== undefined),
});
type OfAgent = z.infer<typeof ofAgent>;

const ofChannel = z.object({
  tenantId: ofAgent.shape.tenantId,
  channelId: z.custom<AlertChannelId>((value) => parseId(value, "chn") !== undefined),
});
type OfChannel = z.infer<typeof ofChannel>;

/** A mail is made of rows when it is sent: ids only, never a token, an address or a text. */
const mailBase = { id: z.uuid() };
const ofToken = {
  ...mailBase,
  tokenId: z.custom<OneTimeTokenId>((value) => parseId(value, "ott") !== undefined),
};
const userId = z.custom<UserId>((value) => parseId(value, "usr") !== undefined);
const sendMail = z.discriminatedUnion("mail", [
  z.object({ mail: z.literal("verify-email"), ...ofToken }),
  z.object({ mail: z.literal("reset-password"), ...ofToken }),
  z.object({ mail: z.literal("account-exists"), ...ofToken }),
  z.object({ mail: z.literal("change-email"), ...ofToken }),
  z.object({ mail: z.literal("email-changed"), ...ofToken }),
  z.object({ mail: z.literal("password-changed"), ...mailBase, userId }),
  z.object({
    mail: z.literal("invitation"),
    ...mailBase,
    tenantId: ofAgent.shape.tenantId,
    invitationId: z.custom<InvitationId>((value) => parseId(value, "inv") !== undefined),
  }),
  z.object({ mail: z.literal("channel-disabled"), ...mailBase, userId, ...ofChannel.shape }),
]);
/** Nobody: the address that was typed has no account. Digests are in base64. */
const beginPasswordReset = z.object({
  userId: userId.nullable(),
  tokenId: ofToken.tokenId,
  requestId: z.string(),
  ipHash: z.string().nullable(),
});
type SendMail = z.infer<typeof sendMail>;
type WithoutId<M> = M extends unknown ? Omit<M, "id"> : never;
/** Which mail, and what it is about. */
export type MailRequest = WithoutId<SendMail>;

interface Payloads {
  "ensure-audit-partitions": Nothing;
  "expire-deliveries": Nothing;
  "purge-idempotency-keys": Nothing;
  "purge-rate-limits": Nothing;
  "purge-sessions": Nothing;
  "purge-sign-ins": Nothing;
  "purge-usage-keys": Nothing;
  "settle-asks": Nothing;
  "expire-reservations": Nothing;
  "settle-leases": Nothing;
  "roll-up-traffic": RollUpTraffic;
  "purge-messages": Nothing;
  "erase-contents": z.infer<typeof erasure>;
  "push-deliveries": OfAgent;
  "release-mailbox": OfAgent;
  "wake-pushes": Nothing;
  "send-mail": SendMail;
  "begin-password-reset": z.infer<typeof beginPasswordReset>;
  "purge-one-time-tokens": Nothing;
  "seal-audit-events": Nothing;
  "archive-audit-events": Nothing;
  "verify-audit-trail": z.infer<typeof verification>;
  "close-months": Nothing;
  "check-alerts": Nothing;
  "purge-alerts": Nothing;
  "tell-channel": OfChannel;
  "wake-channels": Nothing;
}

export type JobName = keyof Payloads;
export type JobPayload<N extends JobName> = Payloads[N];

/**
 * Every job there is. A payload stays valid for as long as a job with it may be waiting: add
 * optional fields, never change the meaning of one.
 */
export const jobs: { readonly [N in JobName]: JobDefinition<Payloads[N]> } = {
  /** Makes and attaches the partitions of the audit events for this month and the next two. */
  "ensure-audit-partitions": { payload: nothing, runner: "maintenance", maxAttempts: 10 },
  /** Marks deliveries whose time to live has passed. */
  "expire-deliveries": { payload: nothing, runner: "deliveries", maxAttempts: 3 },
  /** Forgets idempotency keys older than a day. */
  "purge-idempotency-keys": { payload: nothing, runner: "maintenance", maxAttempts: 3 },
  /** Removes counters of rate limits whose window is over. */
  "purge-rate-limits": { payload: nothing, runner: "maintenance", maxAttempts: 3 },
  /** Removes sessions that ended long ago. */
  "purge-sessions": { payload: nothing, runner: "maintenance", maxAttempts: 3 },
  /** Removes failed sign-ins that count no more, and places nobody has signed in from for long. */
  "purge-sign-ins": { payload: nothing, runner: "maintenance", maxAttempts: 3 },
  /** Forgets the keys of usage events that are too old to be reported again. */
  "purge-usage-keys": { payload: nothing, runner: "maintenance", maxAttempts: 3 },
  /** Ends questions to agents that nobody waits for any more, and counts what late answers have used. */
  "settle-asks": { payload: nothing, runner: "deliveries", maxAttempts: 3 },
  /** Frees what runs have reserved of budgets and neither settled nor released in time. */
  "expire-reservations": { payload: nothing, runner: "maintenance", maxAttempts: 3 },
  /** Makes messages whose lease has run out unread again, or dead after the last one. */
  "settle-leases": { payload: nothing, runner: "deliveries", maxAttempts: 3 },
  /** Folds what was noted of the traffic into the figures; follows itself while there is traffic. */
  "roll-up-traffic": { payload: rollUpTraffic, runner: "alerts", maxAttempts: 3 },
  /** Takes messages that are older than their tenant keeps them. */
  "purge-messages": { payload: nothing, runner: "maintenance", maxAttempts: 5 },
  /** Empties the contents of what somebody wrote, on request; goes on where it was. */
  "erase-contents": { payload: erasure, runner: "maintenance", maxAttempts: 25 },
  /** Posts what waits for an agent's endpoint, one after the other. */
  "push-deliveries": { payload: ofAgent, runner: "pushes", maxAttempts: 5 },
  /** Hands over what waited for an endpoint that is not used any more. */
  "release-mailbox": { payload: ofAgent, runner: "deliveries", maxAttempts: 10 },
  /** Finds endpoints for which something waits and nobody does anything. */
  "wake-pushes": { payload: nothing, runner: "deliveries", maxAttempts: 3 },
  /** Issues and mails a link to a new password, for whoever has forgotten theirs. */
  "begin-password-reset": { payload: beginPasswordReset, runner: "alerts", maxAttempts: 10 },
  /** Removes mailed links that expired long ago. */
  "purge-one-time-tokens": { payload: nothing, runner: "maintenance", maxAttempts: 3 },
  /** Makes a mail and hands it to the mail server; tried for some 15 hours, by when its link is over. */
  "send-mail": { payload: sendMail, runner: "alerts", maxAttempts: 12 },
  /** Seals what was added to the audit trail, and tells the archive store of the newest seals. */
  "seal-audit-events": { payload: nothing, runner: "trail", maxAttempts: 3 },
  /** Moves old audit events to archives, and deletes archives whose time is over. */
  "archive-audit-events": { payload: nothing, runner: "trail", maxAttempts: 10 },
  /** Checks all of a tenant's trail. */
  "verify-audit-trail": { payload: verification, runner: "trail", maxAttempts: 3 },
  /** Makes the invoices of months that are over. */
  "close-months": { payload: nothing, runner: "maintenance", maxAttempts: 10 },
  /** Finds what the evaluator of alerts has missed, and runs what has no event of its own. */
  "check-alerts": { payload: nothing, runner: "alerts", maxAttempts: 3 },
  /** Removes alerts that were resolved over 90 days ago, with what hangs on them. */
  "purge-alerts": { payload: nothing, runner: "maintenance", maxAttempts: 3 },
  /** Tells a channel what waits for it, one thing after the other. */
  "tell-channel": { payload: ofChannel, runner: "notices", maxAttempts: 5 },
  /** Finds channels for which something waits and nobody does anything. */
  "wake-channels": { payload: nothing, runner: "deliveries", maxAttempts: 3 },
};

export const jobTaskNames = Object.keys(jobs) as JobName[];
