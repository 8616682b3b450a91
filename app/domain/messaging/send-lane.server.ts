import type { PreparedSend } from "./prepared-send.ts";

/** Commits a batch and answers each of its sends; never rejects. */
export type CommitLaneBatch = (batch: PreparedSend[]) => Promise<void>;

export interface SendLane {
  push(send: PreparedSend): void;
  /** Resolves when nothing is queued or in flight. */
  idle(): Promise<void>;
}

export interface SendLaneOptions {
  commit: CommitLaneBatch;
  maxBatch: number;
  maxBatchBytes: number;
}

/**
 * One commit at a time. What is sent while it is in flight waits for it and then goes together;
 * an idle lane commits at once, so nothing waits for company.
 */
export function createSendLane({ commit, maxBatch, maxBatchBytes }: SendLaneOptions): SendLane {
  let queue: PreparedSend[] = [];
  let running: Promise<void> | undefined;

  function nextBatch(): PreparedSend[] {
    let size = 0;
    let bytes = 0;
    for (const send of queue) {
      bytes += send.payloadBytes;
      if (size === maxBatch || (size > 0 && bytes > maxBatchBytes)) break;
      size++;
    }
    const batch = queue.slice(0, size);
    queue = queue.slice(size);
    return batch;
  }

  async function run(): Promise<void> {
    while (queue.length > 0) await commit(nextBatch());
    running = undefined;
  }

  return {
    push(send) {
      queue.push(send);
      running ??= run();
    },
    idle: async () => running,
  };
}
