import { createHash } from "node:crypto";
import { parseId, toTypeId, toUuid } from "#db/ids.ts";

/**
 * A place in the order in which events became readable: cluster generation, transaction id, event id.
 * Neither ids nor times follow the order of commits; below the oldest transaction still in progress,
 * this order does.
 */
export interface ActivityPlace {
  generation: number;
  xid: bigint;
  uuid: string;
}

/** Before every event of a transaction. */
export const noEvent = "00000000-0000-0000-0000-000000000000";

export function comparePlaces(one: ActivityPlace, other: ActivityPlace): number {
  if (one.generation !== other.generation) return one.generation - other.generation;
  if (one.xid !== other.xid) return one.xid < other.xid ? -1 : 1;
  if (one.uuid === other.uuid) return 0;
  return one.uuid < other.uuid ? -1 : 1;
}

/** A cursor as clients have it: a place, and the cluster whose transaction ids it counts by. */
export interface ActivityCursor extends ActivityPlace {
  cluster: string;
}

/** A few digits of the cluster's identifier: tells a restored database from the one that it was. */
export const clusterOf = (systemIdentifier: string): string =>
  createHash("sha256").update(systemIdentifier).digest("hex").slice(0, 8);

/** `1.3f9a0c2e.731.01h…`: generation, cluster, transaction id and the suffix of the event's id. */
export const encodeActivityCursor = ({ generation, cluster, xid, uuid }: ActivityCursor): string =>
  `${generation}.${cluster}.${xid}.${toTypeId("evt", uuid).slice(4)}`;

const shape = /^([1-9]\d{0,4})\.([0-9a-f]{8})\.(0|[1-9]\d{0,18})\.([0-9a-z]{26})$/;

/** The inverse of `encodeActivityCursor`; undefined for what cannot be one of ours. */
export function decodeActivityCursor(text: string): ActivityCursor | undefined {
  const [, generation = "", cluster = "", xid = "", suffix = ""] = shape.exec(text) ?? [];
  const id = parseId(`evt_${suffix}`, "evt");
  if (id === undefined || Number(generation) > 32_767) return undefined;
  return { generation: Number(generation), cluster, xid: BigInt(xid), uuid: toUuid(id) };
}
