import { codeOf, TOO_MANY_CONNECTIONS } from "./failures.ts";

/** What can be asked something that is never answered. */
export interface Watched {
  /** How many answers it has had; undefined while it waits for none. */
  answersWhileAsked(): number | undefined;
  destroy(reason: Error): void;
}

export interface SilenceWatch {
  add(watched: Watched): void;
  remove(watched: Watched): void;
  close(): void;
}

export interface SilenceWatchOptions {
  /** Asks the database something that takes no time, on a connection of its own. */
  probe: () => Promise<unknown>;
  /** The database says nothing to anybody. Gives what those who wait for it are told. */
  onSilence: () => Error;
  /** The longest that one answer may take, of a database that answers others. */
  answerTimeoutMs: number;
}

const TICK_MS = 50;
/** So long without a word, the database is asked whether it is there … */
const SUSPECT_MS = 500;
/** … and so long without one, it is not: well under the 2 s in which requests are to be answered. */
const SILENT_MS = 1_300;
/** Turns of the event loop that each of the two takes at least. */
const MIN_TICKS = 5;

/**
 * Finds out that a database which is still connected does not answer any more: a link that drops everything, a
 * machine that hangs. A statement that takes long is no sign of it, so nothing is cut for being slow:
 * while nobody gets an answer, a probe is sent, and what answers the probe is there. Time alone proves nothing:
 * turns of the event loop are counted as well, each of which has read what the sockets had, so that a process
 * that was held up itself suspects nobody.
 */
export function createSilenceWatch({ probe, onSilence, answerTimeoutMs }: SilenceWatchOptions): SilenceWatch {
  const all = new Map<Watched, { answers: number | undefined; sinceMs: number; ticks: number }>();
  /** Of the silence that is on. */
  let ticks = 0;
  let sinceMs = 0;
  let askedAtTick: number | undefined;
  let isProbing = false;
  let timer: NodeJS.Timeout | undefined;

  const hear = (): void => {
    ticks = 0;
    askedAtTick = undefined;
  };

  function tick(): void {
    if (all.size === 0) {
      clearInterval(timer);
      timer = undefined;
      return;
    }
    const nowMs = performance.now();
    if (!isSomebodyWaiting(nowMs)) {
      hear();
      return;
    }
    if (ticks === 0) sinceMs = nowMs;
    ticks += 1;
    const silentMs = nowMs - sinceMs;
    if (askedAtTick === undefined && silentMs >= SUSPECT_MS && ticks >= MIN_TICKS) {
      askedAtTick = ticks;
      ask();
    }
    if (askedAtTick !== undefined && silentMs >= SILENT_MS && ticks - askedAtTick >= MIN_TICKS) cutAll();
  }

  /** Notes who has had an answer since the last turn, and cuts who has had none for too long. */
  function isSomebodyWaiting(nowMs: number): boolean {
    let isAsked = false;
    for (const [watched, seen] of all) {
      const answers = watched.answersWhileAsked();
      if (answers === undefined || answers !== seen.answers) {
        if (seen.answers !== undefined) hear();
        all.set(watched, { answers, sinceMs: nowMs, ticks: 0 });
        continue;
      }
      isAsked = true;
      seen.ticks += 1;
      if (seen.ticks > MIN_TICKS && nowMs - seen.sinceMs > answerTimeoutMs)
        watched.destroy(new Error(`The database gave no answer within ${answerTimeoutMs} ms.`));
    }
    return isAsked;
  }

  function ask(): void {
    // One that is still on its way will do.
    if (isProbing) return;
    isProbing = true;
    probe()
      // That it has no place for one more is an answer, and that it cannot be reached is none.
      .catch((error: unknown) => codeOf(error) !== TOO_MANY_CONNECTIONS)
      .then((isSilent) => {
        isProbing = false;
        if (isSilent !== true) hear();
      });
  }

  function cutAll(): void {
    hear();
    const reason = onSilence();
    for (const watched of [...all.keys()])
      if (watched.answersWhileAsked() !== undefined) watched.destroy(reason);
  }

  return {
    add(watched) {
      all.set(watched, { answers: undefined, sinceMs: 0, ticks: 0 });
      timer ??= setInterval(tick, TICK_MS).unref();
    },
    remove(watched) {
      all.delete(watched);
      // Whoever is done has had answers.
      hear();
    },
    close() {
      clearInterval(timer);
      all.clear();
    },
  };
}
