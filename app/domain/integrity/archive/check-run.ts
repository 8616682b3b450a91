import type { DamageLog, Place } from "../damage-log.ts";
import { HASH_BYTES, leafAt, rootOf } from "../merkle.ts";
import { erasableState, eventLeaf, type StoredEvent } from "../sealed-event.ts";

/** An event as it stands in a file. */
export interface RunEvent {
  event: StoredEvent;
  line: number;
}

/** A seal's run as a file has it. */
export interface FiledRun {
  sequence: number;
  /** What the seal says; undefined when it cannot be read. */
  root: string | undefined;
  leaves: Buffer;
  events: RunEvent[];
  file: string;
  line: number;
}

/**
 * Holds the events of a run against the hashes that stand beside its seal, and says which are changed,
 * missing, inserted or out of order. Gives how many had their texts erased.
 */
export function checkRun(
  { sequence, root, leaves, events, file, line }: FiledRun,
  damages: DamageLog,
): number {
  const at = (of: Place): Place => ({ sequence, file, ...of });
  const isList = leaves.length > 0 && leaves.length % HASH_BYTES === 0;
  if (root !== undefined && (!isList || rootOf(leaves).toString("hex") !== root))
    damages.add(
      "changed",
      `The list of hashes of seal ${sequence} is not the one that was sealed.`,
      at({ line }),
    );

  const places = new Map<string, number>();
  for (let index = 0; isList && index < leaves.length / HASH_BYTES; index++)
    places.set(leafAt(leaves, index).toString("hex"), index);
  const size = places.size;

  const unknown: RunEvent[] = [];
  let furthest = -1;
  let erased = 0;
  for (const one of events) {
    const { event } = one;
    const leaf = eventLeaf(event).toString("hex");
    const index = places.get(leaf);
    const place = at({ line: one.line, eventId: event.id, occurredAt: event.occurredAt });
    if (index === undefined) {
      unknown.push(one);
      continue;
    }
    places.delete(leaf);
    if (index < furthest)
      damages.add("reordered", `The event ${event.id} of seal ${sequence} is not in its place.`, place);
    furthest = Math.max(furthest, index);
    const state = erasableState(event);
    if (state === "changed")
      damages.add(
        "changed",
        `Names, address or texts of the event ${event.id} are not what was sealed.`,
        place,
      );
    if (state === "erased") erased++;
  }

  const missing = [...places.values()].toSorted((a, b) => a - b);
  // As many as are missing were changed; what is left over on one side was added or taken.
  unknown.forEach(({ event, line }, index) => {
    const place = at({ line, eventId: event.id, occurredAt: event.occurredAt });
    if (index < missing.length)
      damages.add("changed", `The event ${event.id} is not what seal ${sequence} holds.`, place);
    else damages.add("inserted", `The event ${event.id} is not among those of seal ${sequence}.`, place);
  });
  for (const index of missing.slice(unknown.length))
    damages.add("missing", `Event ${index + 1} of ${size} of seal ${sequence} is gone.`, at({ line }));
  return erased;
}
