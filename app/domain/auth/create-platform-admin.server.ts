import { eq } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";
import { isAppError } from "../errors.ts";
import { insertMembership, insertUser } from "./create-tenant.server.ts";
import { normalizeEmail } from "./email.ts";
import { hashPassword } from "./password.server.ts";
import { systemActor } from "./system-actor.ts";

export interface CreatePlatformAdminOptions {
  email: string;
  password: string;
  name?: string;
}

/**
 * Makes a person who administers the whole service, at home in the system tenant. Does nothing and
 * gives false when there is an account with the address: a start with the same settings must not
 * set a changed password back, nor fail because another process was first.
 */
export async function createPlatformAdmin(
  db: Database,
  { email, password, name = "Platform admin" }: CreatePlatformAdminOptions,
): Promise<boolean> {
  const address = normalizeEmail(email);
  const exists = await db.asSystem(
    async (tx) => (await tx.select({ id: users.id }).from(users).where(eq(users.email, address))).length > 0,
    { readOnly: true },
  );
  if (exists) return false;
  const passwordHash = await hashPassword(password);
  const actor = systemActor(SYSTEM_TENANT_ID, "setup");
  try {
    await db.asSystem(async (tx) => {
      const userId = await insertUser(tx, actor, {
        email: address,
        name,
        passwordHash,
        platformAdmin: true,
        request: null,
      });
      await insertMembership(tx, actor, { userId, role: "tenant_admin", request: null });
    });
    return true;
  } catch (error) {
    if (isAppError(error) && error.code === "conflict") return false;
    throw error;
  }
}
