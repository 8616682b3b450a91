import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright/test";
import postgres from "postgres";
import { z } from "zod";
import { hashPassword } from "#app/domain/auth/password.server.ts";
import type { Role } from "#app/domain/auth/scopes.ts";
import { newUuid } from "#db/ids.ts";
import type { Demo } from "./journey.ts";

const keptSchema = z.object({ ownerPassword: z.string(), port: z.number() });

const password = "a colleague of the demo admin";

export interface TestPerson {
  name: string;
  email: string;
}

/** A colleague of the demo's admin, put straight into the server's database. */
export async function addPerson({ admin }: Demo, name: string, role: Role): Promise<TestPerson> {
  const dataDir = process.env.SIGNALBOX_E2E_DATA_DIR ?? "";
  const { ownerPassword, port } = keptSchema.parse(
    JSON.parse(readFileSync(join(dataDir, "postgres.json"), "utf8")),
  );
  const sql = postgres({
    host: "127.0.0.1",
    port,
    database: "signalbox",
    username: "signalbox_owner",
    password: ownerPassword,
    max: 1,
  });
  const userId = newUuid();
  const memberId = newUuid();
  const email = `${userId}@demo.example`;
  try {
    await sql.begin(async (tx) => {
      await tx`insert into users (id, email, name, password_hash, email_verified_at) values (${userId}, ${email}, ${name}, ${await hashPassword(password)}, now())`;
      await tx`
        with own as (
          select membership.tenant_id from memberships membership join users on users.id = membership.user_id
          where users.email = ${admin.email}
        ), mailbox as (
          insert into mailboxes (tenant_id, id, kind) select tenant_id, ${memberId}, 'member' from own
        )
        insert into memberships (tenant_id, id, user_id, role) select tenant_id, ${memberId}, ${userId}, ${role} from own`;
    });
  } finally {
    await sql.end();
  }
  return { name, email };
}

export async function signInAs(page: Page, person: TestPerson): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(({ pathname }) => pathname.startsWith("/dashboard"));
}
