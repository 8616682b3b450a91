import { type ActivityPlace, comparePlaces, encodeActivityCursor } from "#app/domain/audit/activity-place.ts";
import type { ResetReason } from "#app/domain/audit/read-activity.server.ts";
import type { TailedEvent } from "#app/domain/audit/read-tail.server.ts";
import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import { encodeEvent, heartbeatFrame } from "./frames.ts";
import type { Sink } from "./live-stream.ts";
import type { ByeData } from "./schema.ts";

/** An event of the trail on its way to its readers, encoded once for all of them. */
export class ActivityFrame {
  readonly place: ActivityPlace;
  readonly tenantId: string;
  readonly #event: TailedEvent;
  readonly #cluster: string;
  #bytes: Uint8Array | undefined;

  constructor(event: TailedEvent, cluster: string) {
    this.place = event.place;
    this.tenantId = event.log.tenantId;
    this.#event = event;
    this.#cluster = cluster;
  }

  bytes(): Uint8Array {
    this.#bytes ??= encodeEvent(
      "activity",
      this.#event.log,
      encodeActivityCursor({ ...this.place, cluster: this.#cluster }),
    );
    return this.#bytes;
  }
}

/**
 * One client's stream of a tenant's activity. `place` is up to where it has been told everything;
 * nothing is queued for a client that is slow, it reads on from there.
 */
export class ActivityStream {
  readonly tenantId: string;
  readonly credential: CredentialRef;
  readonly #sink: Sink;
  readonly #nowMs: () => number;
  /** `opening` until the first read, `behind` while it catches up, `live` when it is at the tail's head. */
  phase: "opening" | "behind" | "live" = "opening";
  place: ActivityPlace | undefined;
  wheelSlot = 0;
  isClosed = false;
  isReading = false;
  /** Since when its client takes nothing; 0 while it does. */
  blockedSinceMs = 0;

  constructor(tenantId: string, credential: CredentialRef, sink: Sink, nowMs: () => number) {
    this.tenantId = tenantId;
    this.credential = credential;
    this.#sink = sink;
    this.#nowMs = nowMs;
  }

  get isBlocked(): boolean {
    return this.blockedSinceMs > 0;
  }

  /** Writes those that the client has not had, and moves its place to `through`. */
  send(frames: readonly ActivityFrame[], through: ActivityPlace): void {
    const { place } = this;
    const news = place === undefined ? [] : frames.filter((frame) => comparePlaces(frame.place, place) > 0);
    if (news.length > 0) this.write(Buffer.concat(news.map((frame) => frame.bytes())));
    if (place === undefined || comparePlaces(through, place) > 0) this.place = through;
  }

  sendReady(cursor: string): void {
    this.write(encodeEvent("ready", { cursor }, cursor));
  }

  /** The client's cursor meant nothing: it goes on from the end. */
  sendReset(reason: ResetReason, cursor: string): void {
    this.write(encodeEvent("reset", { reason, cursor }, cursor));
  }

  beat(): void {
    if (!this.isBlocked) this.write(heartbeatFrame);
  }

  drained(): void {
    this.blockedSinceMs = 0;
  }

  /** Says why and when to come back, and ends. */
  end(bye: ByeData): void {
    if (this.isBlocked) this.cutOff();
    if (this.isClosed) return;
    this.write(encodeEvent("bye", bye, undefined, bye.retryMs ?? undefined));
    this.isClosed = true;
    this.#sink.end();
  }

  /** Ends at once, with whatever the client has not taken. */
  cutOff(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#sink.destroy();
  }

  private write(chunk: Uint8Array): void {
    if (this.isClosed || this.#sink.write(chunk) || this.isBlocked) return;
    this.blockedSinceMs = this.#nowMs();
  }
}
