import type { DeliveryChange } from "./bus-payload.server.ts";
import { type FrameRun, runFollowing } from "./frame-run.ts";
import type { Leg } from "./live-stream.ts";

/** What a channel keeps for readers that are a little behind, so that they need not read the table. */
const maxRecentBytes = 256 * 1024;

/** What one read for one mailbox is meant to bring, so that a mailbox of large messages costs no more memory. */
const readBytes = 128 * 1024;
const maxReadMessages = 500;

const nobody: ReadonlySet<Leg> = new Set();

/**
 * A mailbox that somebody watches, and how far its live readers are.
 *
 * The invariant that makes hand-over exact: every `live` leg has everything up to `head`, and gets
 * what follows from `fanOut`, which is the only thing that moves the head past a live leg. A leg
 * that is not live reads on from its own cursor, and becomes live at the moment that its cursor is
 * at the head; between that comparison and the next fan-out nothing can slip, since both run to
 * their end without waiting.
 */
export class Channel {
  readonly tenantUuid: string;
  readonly mailboxUuid: string;
  readonly legs = new Set<Leg>();
  /** Everything up to here has been fanned out; -1 until the first read. */
  head = -1;
  /** The highest sequence heard of. */
  wanted = -1;
  liveLegs = 0;
  wheelSlot = 0;
  /** Reads that are out for it. */
  reads = 0;
  /** Changes that came while a read was out, whose answer may not have them yet. */
  heldChanges: DeliveryChange[] = [];
  /** Legs that need a read of their own; only while there are any, as channels are many. */
  #waiting: Set<Leg> | undefined;
  #recent: FrameRun[] = [];
  #recentBytes = 0;
  #meanFrameBytes = 2_048;

  constructor(tenantUuid: string, mailboxUuid: string) {
    this.tenantUuid = tenantUuid;
    this.mailboxUuid = mailboxUuid;
  }

  /** Somebody live lacks something. */
  get isDue(): boolean {
    return this.liveLegs > 0 && this.wanted > this.head;
  }

  /** How many messages to read at once. */
  get readLimit(): number {
    return Math.max(4, Math.min(maxReadMessages, Math.floor(readBytes / this.#meanFrameBytes)));
  }

  /** In the order in which they began to wait. */
  get waiting(): ReadonlySet<Leg> {
    return this.#waiting ?? nobody;
  }

  wait(leg: Leg): void {
    this.#waiting ??= new Set();
    this.#waiting.add(leg);
  }

  /** Whether the leg was waiting, which it is not any more. */
  stopWaiting(leg: Leg): boolean {
    const wasWaiting = this.#waiting?.delete(leg) ?? false;
    if (this.#waiting?.size === 0) this.#waiting = undefined;
    return wasWaiting;
  }

  /** About how many bytes a leg has still to get. */
  owedBytes(leg: Leg): number {
    if (leg.phase === "opening") return 0;
    return Math.max(0, Math.max(this.wanted, this.head) - leg.cursor) * this.#meanFrameBytes;
  }

  heardOf(sequence: number): void {
    if (sequence > this.wanted) this.wanted = sequence;
  }

  /** Learns how large this mailbox's messages are. */
  measure(runs: readonly FrameRun[]): void {
    const frames = runs.reduce((total, run) => total + run.frames.length, 0);
    if (frames === 0) return;
    const mean = runs.reduce((total, run) => total + run.byteLength, 0) / frames;
    this.#meanFrameBytes = Math.max(
      256,
      mean > this.#meanFrameBytes ? mean : (this.#meanFrameBytes + mean) / 2,
    );
  }

  /** Hands everything of the runs, which begin at the head, to all live legs; the head is then at their end. */
  fanOut(runs: readonly FrameRun[]): void {
    for (const run of runs) {
      // Its last live leg may have gone during the read, and the head jumped.
      if (run.through <= this.head) continue;
      for (const leg of this.legs) {
        if (leg.phase !== "live" || leg.cursor >= run.through) continue;
        if (leg.stream.isBlocked) this.#fallBehind(leg);
        else leg.send(run);
      }
      this.head = run.through;
    }
    if (this.liveLegs < this.legs.size) this.#remember(runs);
    else this.forgetRecent();
  }

  /** Nobody is live, so nobody depends on the head: it may jump to what a read has shown to be the end. */
  jumpTo(lastSequence: number): void {
    if (this.liveLegs > 0 || lastSequence <= this.head) return;
    this.head = lastSequence;
    this.forgetRecent();
  }

  /**
   * Writes to a leg what is at hand, until its client is full (`blocked`), it is live, or what
   * follows has to be read from the table (`read`).
   */
  advance(leg: Leg): "blocked" | "live" | "read" {
    while (!leg.stream.isBlocked) {
      if (leg.cursor >= this.head) {
        this.#becomeLive(leg);
        return "live";
      }
      const run = runFollowing(leg.page, leg.cursor) ?? runFollowing(this.#recent, leg.cursor);
      if (run === undefined) return "read";
      leg.send(run);
    }
    return "blocked";
  }

  remove(leg: Leg): void {
    if (leg.phase === "live") this.liveLegs -= 1;
    this.legs.delete(leg);
    this.stopWaiting(leg);
    if (this.liveLegs === this.legs.size) this.forgetRecent();
  }

  /** What is encoded already may be out of date. */
  forgetRecent(): void {
    this.#recent = [];
    this.#recentBytes = 0;
  }

  #becomeLive(leg: Leg): void {
    leg.page = [];
    if (leg.phase === "live") return;
    leg.phase = "live";
    this.liveLegs += 1;
    if (this.liveLegs === this.legs.size) this.forgetRecent();
  }

  #fallBehind(leg: Leg): void {
    leg.phase = "behind";
    this.liveLegs -= 1;
  }

  #remember(runs: readonly FrameRun[]): void {
    for (const run of runs) {
      this.#recent.push(run);
      this.#recentBytes += run.byteLength;
    }
    while (this.#recentBytes > maxRecentBytes) {
      const oldest = this.#recent.shift();
      if (oldest === undefined) break;
      this.#recentBytes -= oldest.byteLength;
    }
  }
}
