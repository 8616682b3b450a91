import { randomBytes } from "node:crypto";
import type { UserActor } from "#app/domain/auth/actor.ts";
import { createPlatformAdmin } from "#app/domain/auth/create-platform-admin.server.ts";
import { type Credentials, createCredentials } from "#app/domain/auth/credentials.server.ts";
import { signIn } from "#app/domain/auth/sign-in.server.ts";
import type { Database } from "#db/database.ts";
import { aRequest, passwordService, silentLog } from "./tenant-fixture.ts";

export interface PlatformAdminFixture {
  actor: UserActor;
  email: string;
  password: string;
  /** Of their session. */
  token: string;
}

/** Somebody who runs the whole service, signed in to the service's own tenant. */
export async function createPlatformAdminFixture(
  db: Database,
  credentials: Credentials = createCredentials({ db, log: silentLog }),
): Promise<PlatformAdminFixture> {
  const email = `platform-${randomBytes(5).toString("hex")}@signalbox.example`;
  const password = "correct horse battery staple";
  await createPlatformAdmin(db, { email, password, name: "Petra Platform" });
  const { token } = await signIn(passwordService(db), {
    email,
    password,
    userAgent: "vitest",
    replacedToken: undefined,
    request: aRequest,
  });
  const actor = await credentials.resolveSession(token);
  if (actor === undefined) throw new Error("The platform admin's session does not resolve");
  return { actor, email, password, token };
}
