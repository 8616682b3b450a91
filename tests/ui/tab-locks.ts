/**
 * The browser's lock manager as far as tabs use it: exclusive locks, `ifAvailable`, `steal` and `signal`.
 * https://www.w3.org/TR/web-locks/ — Node 20 has none.
 */
export class TabLocks {
  readonly #held = new Map<string, Held>();
  readonly #queue: Waiting[] = [];

  /** As `navigator.locks` of a tab; `kill` is what the browser does when the tab is gone. */
  forTab(): { locks: Pick<LockManager, "request">; kill(): void } {
    const tab = Symbol("tab");
    return {
      locks: { request: (...args: unknown[]) => this.#request(tab, args) },
      kill: () => {
        for (let i = this.#queue.length - 1; i >= 0; i -= 1)
          if (this.#queue[i]?.tab === tab) this.#queue.splice(i, 1);
        for (const [name, held] of this.#held) if (held.tab === tab) this.#release(name, held);
      },
    };
  }

  #request(tab: symbol, args: unknown[]): Promise<unknown> {
    const [name, options, callback] = args as [string, LockOptions, LockGrantedCallback<unknown>];
    return new Promise((resolve, reject) => {
      const take = (): void => this.#take(tab, name, callback, resolve, reject);
      const holder = this.#held.get(name);
      if (holder === undefined) return take();
      if (options.ifAvailable === true) return resolve(callback(null));
      if (options.steal === true) {
        this.#held.delete(name);
        holder.reject(new DOMException("stolen", "AbortError"));
        return take();
      }
      const waiting = { tab, name, take };
      this.#queue.push(waiting);
      options.signal?.addEventListener("abort", () => {
        const at = this.#queue.indexOf(waiting);
        if (at < 0) return;
        this.#queue.splice(at, 1);
        reject(new DOMException("aborted", "AbortError"));
      });
    });
  }

  #take(
    tab: symbol,
    name: string,
    callback: LockGrantedCallback<unknown>,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const held: Held = { tab, reject };
    this.#held.set(name, held);
    Promise.resolve(callback({ name, mode: "exclusive" })).then((value) => {
      resolve(value);
      this.#release(name, held);
    }, reject);
  }

  #release(name: string, held: Held): void {
    if (this.#held.get(name) !== held) return;
    this.#held.delete(name);
    const next = this.#queue.findIndex((waiting) => waiting.name === name);
    if (next >= 0) this.#queue.splice(next, 1)[0]?.take();
  }
}

interface Held {
  tab: symbol;
  reject(error: unknown): void;
}

interface Waiting {
  tab: symbol;
  name: string;
  take(): void;
}
