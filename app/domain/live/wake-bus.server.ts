import { randomBytes } from "node:crypto";
import type { ConversationChange, Wake } from "#app/domain/messaging/prepared-send.ts";
import type { Database } from "#db/database.ts";
import { type DeliveryChange, decodePayload, encodePayloads, headOf } from "./bus-payload.server.ts";
import { type Hint, hintOf } from "./hint.server.ts";

export interface WakeListener {
  onWakes(wakes: readonly Wake[]): void;
  onDeliveries(changes: readonly DeliveryChange[]): void;
  /** Something has changed in these conversations, and so in their tenants' traffic. */
  onHints(hints: readonly Hint[]): void;
  /** Alerts of these tenants have changed. */
  onAlerts?(tenantUuids: readonly string[]): void;
  /** Something was committed that may be in the audit trail. */
  onActivity?(): void;
  /** The bus may have missed something: read again what is watched. */
  onGap(): void;
}

/**
 * Tells every process that there is something to read. May lose a wake-up (the hub's safety poll
 * heals that), never invents one.
 */
export interface WakeBus {
  /** To be called after the commit. This process's listeners hear it before the call returns. */
  publish(wakes: readonly Wake[], conversations?: readonly ConversationChange[]): void;
  publishDeliveries(changes: readonly DeliveryChange[]): void;
  publishAlerts(tenantUuids: Iterable<string>): void;
  /** To be called after any commit: the other processes hear of all of a while at once. */
  publishActivity(): void;
  /** Hears this process at once, and the others from `start` on. Returns how to stop. */
  subscribe(listener: WakeListener): () => void;
  /** Listens to the other processes. */
  start(): Promise<void>;
  /** Waits for what was published to be out, then stops listening. */
  close(): Promise<void>;
}

export interface PostgresWakeBusOptions {
  db: Pick<Database, "notify" | "listen">;
  log: { warn(fields: object, message: string): void };
  channel?: string;
  /**
   * The least time from one NOTIFY to the next. Each takes a lock of the whole database cluster at
   * its commit; this process does not wait for its own, so only others see the pause.
   */
  minIntervalMs?: number;
  /** The least time from one word of activity to the other processes to the next. */
  activityIntervalMs?: number;
  /**
   * Told for each NOTIFY that comes through the database, this process's own too, how long ago the
   * oldest of what it brings was committed. By the clocks of both machines, so never below 0.
   */
  onLag?: ((lagMs: number) => void) | undefined;
}

export const defaultChannel = "signalbox_live";

/** Far above what one pause gathers; beyond it the receivers are told to look at everything. */
const maxPendingItems = 50_000;

/**
 * The bus on LISTEN/NOTIFY, on connections of its own. What is published while a NOTIFY is out goes
 * together with the next, a mailbox once with its highest sequence.
 */
export function createPostgresWakeBus(options: PostgresWakeBusOptions): WakeBus {
  const { db, log, channel = defaultChannel, minIntervalMs = 8, onLag } = options;
  const { activityIntervalMs = 200 } = options;
  // Its own echo is told apart by this.
  const origin = randomBytes(6).toString("base64url");
  const listeners = new Set<WakeListener>();
  let wakes = new Map<string, Wake>();
  let changes: DeliveryChange[] = [];
  let hints = new Map<string, Hint>();
  let alerts = new Set<string>();
  let isOverfull = false;
  let isActive = false;
  let activity: NodeJS.Timeout | undefined;
  /** Since when something waits to be published. */
  let pendingSince: number | undefined;
  let flushing: Promise<void> | undefined;
  let stopListening: (() => Promise<void>) | undefined;
  let isClosed = false;

  async function flush(): Promise<void> {
    // What is published in the same turn goes in the first NOTIFY.
    await Promise.resolve();
    while (wakes.size + changes.length + hints.size + alerts.size > 0 || isOverfull || isActive) {
      const head = headOf(origin, pendingSince);
      const payloads = isOverfull
        ? [`${head}\ngap`]
        : encodePayloads(head, { wakes: wakes.values(), changes, hints: hints.values(), alerts, isActive });
      forget();
      pendingSince = undefined;
      const startedAt = performance.now();
      try {
        for (const payload of payloads) await db.notify(channel, payload);
      } catch (error) {
        // Other processes find it by their safety poll; kept back here it would only come later than that.
        log.warn({ err: error }, "a wake-up could not be published");
      }
      const restMs = minIntervalMs - (performance.now() - startedAt);
      if (restMs > 0 && !isClosed) await new Promise((resolve) => setTimeout(resolve, restMs));
    }
    flushing = undefined;
  }

  function receive(payload: string): void {
    const received = decodePayload(payload);
    if (received.sinceMs !== undefined) onLag?.(Math.max(0, Date.now() - received.sinceMs));
    if (received.origin === origin) return;
    for (const listener of listeners) {
      if (received.isGap) listener.onGap();
      if (received.wakes.length > 0) listener.onWakes(received.wakes);
      if (received.changes.length > 0) listener.onDeliveries(received.changes);
      if (received.hints.length > 0) listener.onHints(received.hints);
      if (received.alerts.length > 0) listener.onAlerts?.(received.alerts);
      if (received.isActive || received.isGap) listener.onActivity?.();
    }
  }

  function forget(): void {
    wakes = new Map();
    changes = [];
    hints = new Map();
    alerts = new Set();
    isOverfull = false;
    isActive = false;
  }

  function overflow(): void {
    forget();
    isOverfull = true;
  }

  return {
    publish(published, conversations = []) {
      const hinted = conversations.map(hintOf);
      for (const listener of listeners) {
        listener.onWakes(published);
        listener.onHints(hinted);
      }
      if (isClosed || (published.length === 0 && hinted.length === 0)) return;
      pendingSince ??= Date.now();
      for (const wake of published) {
        const known = wakes.get(wake.mailboxUuid);
        if (known === undefined || known.sequence < wake.sequence) wakes.set(wake.mailboxUuid, wake);
      }
      for (const hint of hinted) hints.set(`${hint.tenantUuid} ${hint.conversation}`, hint);
      if (wakes.size > maxPendingItems || hints.size > maxPendingItems) overflow();
      flushing ??= flush();
    },
    publishDeliveries(published) {
      for (const listener of listeners) listener.onDeliveries(published);
      if (isClosed || published.length === 0) return;
      pendingSince ??= Date.now();
      for (const change of published) changes.push(change);
      if (changes.length > maxPendingItems) overflow();
      flushing ??= flush();
    },
    publishAlerts(tenantUuids) {
      const published = [...tenantUuids];
      if (published.length === 0) return;
      for (const listener of listeners) listener.onAlerts?.(published);
      if (isClosed) return;
      pendingSince ??= Date.now();
      for (const tenantUuid of published) alerts.add(tenantUuid);
      if (alerts.size > maxPendingItems) overflow();
      flushing ??= flush();
    },
    publishActivity() {
      for (const listener of listeners) listener.onActivity?.();
      if (isClosed || activity !== undefined) return;
      activity = setTimeout(() => {
        activity = undefined;
        isActive = true;
        flushing ??= flush();
      }, activityIntervalMs).unref();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async start() {
      stopListening = await db.listen(channel, receive, () => {
        for (const listener of listeners) {
          listener.onGap();
          listener.onActivity?.();
        }
      });
    },
    async close() {
      isClosed = true;
      clearTimeout(activity);
      await flushing;
      await stopListening?.();
      listeners.clear();
    },
  };
}
