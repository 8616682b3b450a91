import { randomBytes } from "node:crypto";
import { insertMembership, insertUser } from "#app/domain/auth/create-tenant.server.ts";
import { hashPassword } from "#app/domain/auth/password.server.ts";
import { systemActor } from "#app/domain/auth/system-actor.ts";
import { createDatabase } from "#db/client.server.ts";
import { toTypeId } from "#db/ids.ts";
import type { BenchEnvironment } from "./environment.ts";

/** Adds an admin to the tenant and signs them in; gives the `Cookie` header of their session. */
export async function signInToBench(
  { tenantUrl, systemUrl }: BenchEnvironment,
  tenantUuid: string,
): Promise<(origin: string) => Promise<string>> {
  const email = `bench-${randomBytes(4).toString("hex")}@example.com`;
  const password = randomBytes(12).toString("base64url");
  const passwordHash = await hashPassword(password);
  const actor = systemActor(toTypeId("ten", tenantUuid), "bench");
  const db = createDatabase({ tenantUrl, systemUrl });
  try {
    await db.asSystem(async (tx) => {
      const userId = await insertUser(tx, actor, {
        ...{ email, name: "Bench", passwordHash, platformAdmin: false, request: null },
      });
      await insertMembership(tx, actor, { userId, role: "tenant_admin", request: null });
    });
  } finally {
    await db.close();
  }
  return async (origin) => {
    const response = await fetch(`${origin}/sign-in`, {
      method: "POST",
      redirect: "manual",
      headers: { Origin: origin },
      body: new URLSearchParams({ email, password }),
    });
    const cookie = response.headers.getSetCookie().find((one) => one.startsWith("signalbox="));
    if (cookie === undefined) throw new Error(`Sign-in answered ${response.status}.`);
    return cookie.split(";", 1)[0] ?? "";
  };
}
