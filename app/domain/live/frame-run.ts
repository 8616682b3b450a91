import type { MessageView } from "#app/domain/messaging/schema.ts";
import { MessageFrame } from "./frames.ts";

/** What is written at once at most, so that a slow reader's progress shows while it reads. */
const maxRunBytes = 32 * 1024;

/**
 * Consecutive messages of a mailbox: all that there is to hand out after sequence `after` up to and
 * with `through`. Written as one piece, which is put together once for all who get it whole.
 */
export class FrameRun {
  readonly after: number;
  readonly through: number;
  readonly frames: readonly MessageFrame[];
  readonly byteLength: number;
  #inbox: Uint8Array | undefined;

  constructor(after: number, through: number, frames: readonly MessageFrame[]) {
    this.after = after;
    this.through = through;
    this.frames = frames;
    this.byteLength = frames.reduce((total, frame) => total + frame.byteLength, 0);
  }

  /** In one piece what an agent's face hands out; may be empty. */
  inbox(): Uint8Array {
    this.#inbox ??= joined(this.frames.filter((frame) => !frame.isExpired).map((frame) => frame.inbox()));
    return this.#inbox;
  }
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);

/** Messages in order, read after `after`; nothing that is to be handed out is missing up to `through`. */
export function toRuns(messages: readonly MessageView[], after: number, through: number): FrameRun[] {
  const runs: FrameRun[] = [];
  let frames: MessageFrame[] = [];
  let bytes = 0;
  let runAfter = after;
  for (const message of messages) {
    if (message.sequence === null) continue;
    const frame = new MessageFrame(message, message.sequence);
    const last = frames.at(-1);
    if (last !== undefined && bytes + frame.byteLength > maxRunBytes) {
      runs.push(new FrameRun(runAfter, last.sequence, frames));
      runAfter = last.sequence;
      frames = [];
      bytes = 0;
    }
    frames.push(frame);
    bytes += frame.byteLength;
  }
  if (through > runAfter) runs.push(new FrameRun(runAfter, through, frames));
  return runs;
}

/** The run that has what follows `cursor`. */
export const runFollowing = (runs: readonly FrameRun[], cursor: number): FrameRun | undefined =>
  runs.find((run) => run.after <= cursor && cursor < run.through);
