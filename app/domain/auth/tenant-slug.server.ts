import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import type { Tx } from "#db/database.ts";
import { tenants } from "#db/schema/index.ts";

const maxLength = 40;

/** A name as it can stand in an address: `Café & Söhne Ltd` → `cafe-sohne-ltd`. */
export const slugOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, maxLength)
    .replace(/^-|-$/g, "") || "organisation";

/** A slug for a tenant of this name that no other has so far. Two at once may still be given the same. */
export async function freeSlug(tx: Tx, name: string): Promise<string> {
  const slug = slugOf(name);
  const taken = await tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.slug, slug));
  return taken.length === 0 ? slug : `${slug}-${randomBytes(4).toString("hex")}`;
}
