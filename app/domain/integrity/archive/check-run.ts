import type { DamageLog, Place } from "../damage-log.ts";
import { HASH_BYTES, leafAt, rootOf } from "../merkle.ts";
import { erasableState, eventLeaf, type StoredEvent } from "../sealed-event.ts";

/** A seal's run as a file has it. */
export interface FiledRun {
  sequence: number;
  /** What the seal says; undefined when it cannot be read. */
  root: string | undefined;
  leaves: Buffer;
  file: string;
  line: number;
}

/** An event that is in its seal's place for none. */
interface UnknownEvent {
  id: string;
  occurredAt: string;
  line: number;
}

/**
 * Holds the events of a run, one after the other, against the hashes that stand beside its seal, and says
 * which are changed, missing, inserted or out of order. Of an event that is right nothing is kept.
 */
export class RunCheck {
  readonly sequence: number;
  events = 0;
  /** How many had their texts erased. */
  erased = 0;
  readonly #run: FiledRun;
  readonly #damages: DamageLog;
  readonly #size: number;
  /** By index, whether the event has come. */
  readonly #met: Uint8Array;
  readonly #unknown: UnknownEvent[] = [];
  #furthest = -1;
  #indexes: Map<string, number> | undefined;

  constructor(run: FiledRun, damages: DamageLog) {
    const { sequence, root, leaves, line } = run;
    this.sequence = sequence;
    this.#run = run;
    this.#damages = damages;
    const isList = leaves.length > 0 && leaves.length % HASH_BYTES === 0;
    if (root !== undefined && (!isList || rootOf(leaves).toString("hex") !== root))
      this.#add("changed", `The list of hashes of seal ${sequence} is not the one that was sealed.`, {
        line,
      });
    this.#size = isList ? leaves.length / HASH_BYTES : 0;
    this.#met = new Uint8Array(this.#size);
  }

  add(event: StoredEvent, line: number): void {
    this.events++;
    const { sequence } = this;
    const { id, occurredAt } = event;
    const index = this.#indexOf(eventLeaf(event));
    if (index === undefined) {
      this.#unknown.push({ id, occurredAt, line });
      return;
    }
    this.#met[index] = 1;
    if (index < this.#furthest)
      this.#add("reordered", `The event ${id} of seal ${sequence} is not in its place.`, {
        ...{ line, eventId: id, occurredAt },
      });
    this.#furthest = Math.max(this.#furthest, index);
    const state = erasableState(event);
    if (state === "changed")
      this.#add("changed", `Names, address or texts of the event ${id} are not what was sealed.`, {
        ...{ line, eventId: id, occurredAt },
      });
    if (state === "erased") this.erased++;
  }

  /** What can only be said when all of its events have come. */
  end(): void {
    const { sequence } = this;
    const missing = [...this.#met.keys()].filter((index) => this.#met[index] === 0);
    // As many as are missing were changed; what is left over on one side was added or taken.
    for (const [n, { id, occurredAt, line }] of this.#unknown.entries()) {
      const place = { line, eventId: id, occurredAt };
      if (n < missing.length)
        this.#add("changed", `The event ${id} is not what seal ${sequence} holds.`, place);
      else this.#add("inserted", `The event ${id} is not among those of seal ${sequence}.`, place);
    }
    for (const index of missing.slice(this.#unknown.length))
      this.#add("missing", `Event ${index + 1} of ${this.#size} of seal ${sequence} is gone.`, {
        line: this.#run.line,
      });
  }

  /** The place of a hash in the list, the next one in nearly every case; undefined where it has none that is free. */
  #indexOf(leaf: Buffer): number | undefined {
    const next = this.#furthest + 1;
    if (next < this.#size && leaf.equals(leafAt(this.#run.leaves, next))) return next;
    this.#indexes ??= new Map(
      Array.from({ length: this.#size }, (_, at) => [leafAt(this.#run.leaves, at).toString("hex"), at]),
    );
    const index = this.#indexes.get(leaf.toString("hex"));
    return index === undefined || this.#met[index] === 1 ? undefined : index;
  }

  #add(kind: Parameters<DamageLog["add"]>[0], message: string, place: Place): void {
    this.#damages.add(kind, message, { sequence: this.sequence, file: this.#run.file, ...place });
  }
}
