import { customType } from "drizzle-orm/pg-core";
import { type Id, type IdPrefix, toTypeId, toUuid } from "./ids.ts";

/** A `uuid` column whose values are TypeIDs in TypeScript. */
export const typeId = <P extends IdPrefix>(prefix: P, name?: string) => {
  const column = customType<{ data: Id<P>; driverData: string }>({
    dataType: () => "uuid",
    toDriver: (id) => toUuid(id),
    fromDriver: (uuid) => toTypeId(prefix, uuid),
  });
  return name === undefined ? column() : column(name);
};

/** Raw bytes: digests, hashes. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** A 64-bit transaction id; ordered by commit visibility through `pg_snapshot_xmin`. */
export const xid8 = customType<{ data: string; driverData: string }>({ dataType: () => "xid8" });
