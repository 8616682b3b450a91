export interface PumpOptions {
  hasWork(): boolean;
  /** Does what there is at this moment; what comes meanwhile is for the next turn. */
  turn(): Promise<void>;
  onError(error: unknown): void;
}

const firstPauseMs = 50;
const maxPauseMs = 1_000;

/**
 * Works one turn at a time for as long as there is work: idle, a kick begins at once; busy, what
 * arrives during a turn goes together in the next. After a failed turn it pauses and tries again.
 */
export class Pump {
  readonly #options: PumpOptions;
  #isRunning = false;
  #isClosed = false;
  #pauseMs = 0;
  #pause: { timer: NodeJS.Timeout; end(): void } | undefined;

  constructor(options: PumpOptions) {
    this.#options = options;
  }

  kick(): void {
    if (this.#isRunning || this.#isClosed || !this.#options.hasWork()) return;
    this.#isRunning = true;
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#pause?.end();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed && this.#options.hasWork()) {
      try {
        await this.#options.turn();
        this.#pauseMs = 0;
      } catch (error) {
        if (!this.#isClosed) this.#options.onError(error);
        await this.#rest();
      }
    }
    this.#isRunning = false;
  }

  #rest(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#pauseMs = Math.min(maxPauseMs, Math.max(firstPauseMs, this.#pauseMs * 2));
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(this.#pause?.timer);
        this.#pause = undefined;
        resolve();
      };
      this.#pause = { timer: setTimeout(end, this.#pauseMs), end };
    });
  }
}
