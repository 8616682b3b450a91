/** What stands on a wheel; the wheel keeps where. */
export interface WheelItem {
  wheelSlot: number;
}

/**
 * Spreads periodic work over its period: each turn hands out one slot, so that ten thousand
 * heartbeats are a few on every tick rather than a stall every fifteen seconds.
 */
export class Wheel<T extends WheelItem> {
  readonly #slots: Set<T>[];
  #nextAdded = 0;
  #nextTurned = 0;

  constructor(turnsPerPeriod: number) {
    this.#slots = Array.from({ length: Math.max(1, Math.floor(turnsPerPeriod)) }, () => new Set<T>());
  }

  add(item: T): void {
    item.wheelSlot = this.#nextAdded;
    this.#nextAdded = (this.#nextAdded + 1) % this.#slots.length;
    this.#slots[item.wheelSlot]?.add(item);
  }

  delete(item: T): void {
    this.#slots[item.wheelSlot]?.delete(item);
  }

  /** The items whose turn it is, of so many slots; each item has one turn in a period. */
  turn(slots = 1): T[] {
    const items: T[] = [];
    for (let i = Math.min(slots, this.#slots.length); i > 0; i -= 1) {
      items.push(...(this.#slots[this.#nextTurned] ?? []));
      this.#nextTurned = (this.#nextTurned + 1) % this.#slots.length;
    }
    return items;
  }
}
