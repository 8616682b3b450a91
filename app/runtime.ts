import type { Logger } from "pino";
import type { NoticeServices } from "#app/domain/alerts/channels/notice-services.server.ts";
import type { MeterAnswer } from "#app/domain/asking/meter-answer.server.ts";
import type { WaitingRoom } from "#app/domain/asking/waiting-room.server.ts";
import type { AccessTokens } from "#app/domain/auth/access-tokens.server.ts";
import type { Actor } from "#app/domain/auth/actor.ts";
import type { Credentials } from "#app/domain/auth/credentials.server.ts";
import type { HeldAttempts } from "#app/domain/auth/held-attempts.server.ts";
import type { KeyedDigest } from "#app/domain/auth/keyed-digest.server.ts";
import type { ProbeWatch } from "#app/domain/auth/probes/probe-watch.server.ts";
import type { LocateAddress } from "#app/domain/auth/sign-in-location.server.ts";
import type { TrailServices } from "#app/domain/integrity/trail-services.ts";
import type { RateLimits } from "#app/domain/limits/rate-limits.server.ts";
import type { Verdict } from "#app/domain/limits/verdict.ts";
import type { ActivityHub } from "#app/domain/live/activity-hub.server.ts";
import type { LiveHub } from "#app/domain/live/live-hub.server.ts";
import type { WakeBus } from "#app/domain/live/wake-bus.server.ts";
import type { MailServices } from "#app/domain/mail/mail-services.server.ts";
import type { MessageSender } from "#app/domain/messaging/message-sender.server.ts";
import type { TrafficCounter } from "#app/domain/messaging/overview-traffic.server.ts";
import type { PushServices } from "#app/domain/messaging/push/push-services.server.ts";
import type { InstanceFacts } from "#app/domain/platform/instance-beat.server.ts";
import type { InstanceReport } from "#app/domain/platform/schema.ts";
import type { ToolGate } from "#app/domain/tools/tool-gate.server.ts";
import type { UsageRecorder } from "#app/domain/usage/usage-recorder.server.ts";
import type { Database } from "#db/database.ts";
import type { Env } from "./env.server.ts";
import type { Health } from "./http/health.server.ts";
import type { Metrics } from "./http/metrics.server.ts";

/**
 * Everything of this process that has state. One is made at start by `createRuntime` and handed to
 * every request; modules keep none of their own, since the server entry and Remix's bundle each
 * have their own copy of every module.
 */
export interface Runtime {
  env: Env;
  log: Logger;
  db: Database;
  /** Who a key or a session is; remembers keys for a moment. */
  credentials: Credentials;
  /** Makes and checks the tokens that API clients carry. */
  tokens: AccessTokens;
  /** Who asks for other tenants' ids. */
  probes: ProbeWatch;
  /** Of addresses and browsers, which are never stored themselves. */
  digest: KeyedDigest;
  /** Where an address is; undefined without a database of that. */
  locate: LocateAddress | undefined;
  /** Attempts at passwords that had to wait, on their way to the audit trail. */
  heldAttempts: HeldAttempts;
  /** How much of it anybody may ask for. */
  limits: RateLimits;
  sender: MessageSender;
  /** Counts what agents use. */
  usage: UsageRecorder;
  /** Whether agents may call tools. */
  tools: ToolGate;
  live: LiveHub;
  /** Questions of people that wait here for their answers. */
  asking: WaitingRoom;
  /** Counts what an answer has used. */
  meter: MeterAnswer;
  /** Streams of what is recorded, over one tail of the audit trail. */
  activity: ActivityHub;
  /** The way to agents' endpoints. */
  push: PushServices;
  /** The way out for mails, and what their links are made of. */
  mail: MailServices;
  /** The ways to where alerts are told. */
  notices: NoticeServices;
  /** What keeps the audit trail: its signing key's secret, and the archive store. */
  trail: TrailServices;
  /** The tenants' messages by the minute; remembers the minutes that are over. */
  traffic: TrafficCounter;
  metrics: Metrics;
  health: Health;
  /** This process, as platform admins see it. */
  instance: { facts: InstanceFacts; report(): InstanceReport };
  /** Tells those who watch of what was committed. */
  bus: Pick<WakeBus, "publish" | "publishDeliveries" | "publishAlerts">;
}

declare module "@remix-run/server-runtime" {
  interface AppLoadContext {
    runtime: Runtime;
    requestId: string;
    /** Aborts when the client goes away. Remix's own `request.signal` may never fire. */
    signal: AbortSignal;
    /** Keyed digest of the client's address, for audit events. */
    ipHash: Buffer | null;
    clientAddress: string;
    /** UUIDs of the audit events that were recorded of it; for its line in the log. */
    auditEvents?: string[] | undefined;
    /** Asked for by the web app, which shows what came of it itself. */
    isDataRequest: boolean;
    /** Who the request turned out to come from; for its line in the log. */
    actor?: Actor | undefined;
    /** Against its rate limit; absent until somebody knows whose the request is. */
    counted?: Verdict | Promise<Verdict> | undefined;
    /** What came of that, for the answer's headers. */
    verdict?: Verdict | undefined;
    /** For the `Retry-After` of a page that was refused. */
    retryAfterSeconds?: number | undefined;
    /** What inline scripts of the page carry; in its Content-Security-Policy. */
    cspNonce?: string;
  }

  interface Future {
    v3_singleFetch: true;
  }
}
