import { randomBytes } from "node:crypto";
import type { Page } from "playwright/test";
import { hashPassword } from "#app/domain/auth/password.server.ts";
import { newUuid, SYSTEM_TENANT_UUID, type TenantId, toTypeId } from "#db/ids.ts";
import { withOwner } from "./owner.ts";

const password = "somebody who runs the service";

/** Signs in as somebody of the test's own who runs the whole service. */
export async function signInAsPlatformAdmin(page: Page): Promise<void> {
  const userId = newUuid();
  const memberId = newUuid();
  const email = `${userId}@platform.example`;
  const hash = await hashPassword(password);
  await withOwner((sql) =>
    sql.begin(async (tx) => {
      await tx`insert into users (id, email, name, password_hash, platform_admin)
        values (${userId}, ${email}, 'Petra Platform', ${hash}, true)`;
      await tx`insert into mailboxes (tenant_id, id, kind) values (${SYSTEM_TENANT_UUID}, ${memberId}, 'member')`;
      await tx`insert into memberships (tenant_id, id, user_id, role)
        values (${SYSTEM_TENANT_UUID}, ${memberId}, ${userId}, 'tenant_admin')`;
    }),
  );
  await signInWith(page, email, password);
  await page.waitForURL(({ pathname }) => pathname.startsWith("/dashboard"));
}

async function signInWith(page: Page, email: string, secret: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(secret);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export interface TestTenant {
  id: TenantId;
  name: string;
  signIn(page: Page): Promise<void>;
}

/** An organisation of the test's own, with one admin: what is done to it disturbs no other test. */
export async function addTenant(label: string): Promise<TestTenant> {
  const name = `${label} ${randomBytes(3).toString("hex")}`;
  const slug = name.toLowerCase().replaceAll(" ", "-");
  const email = `admin@${slug}.example`;
  const [tenantId, userId, memberId] = [newUuid(), newUuid(), newUuid()];
  const hash = await hashPassword(password);
  await withOwner((sql) =>
    sql.begin(async (tx) => {
      await tx`insert into tenants (id, name, slug) values (${tenantId}, ${name}, ${slug})`;
      await tx`insert into users (id, email, name, password_hash) values (${userId}, ${email}, 'Ada Admin', ${hash})`;
      await tx`insert into mailboxes (tenant_id, id, kind) values
        (${tenantId}, ${memberId}, 'member'), (${tenantId}, ${newUuid()}, 'desk')`;
      await tx`insert into memberships (tenant_id, id, user_id, role)
        values (${tenantId}, ${memberId}, ${userId}, 'tenant_admin')`;
    }),
  );
  return { id: toTypeId("ten", tenantId), name, signIn: (page) => signInWith(page, email, password) };
}

/** A job that is out of attempts, of a task that no worker of the server takes. Gives its task. */
export async function addFailedJob(): Promise<string> {
  const task = `of-a-test-${randomBytes(3).toString("hex")}`;
  await withOwner(
    (sql) => sql`
      with added as (select (graphile_worker.add_job(${task}::text, '{"token":"hunter22","order":7}')).id)
      select from added`,
  );
  await withOwner(
    (sql) => sql`
      update graphile_worker._private_jobs set attempts = max_attempts, last_error = 'the disk is full'
      where task_id = (select id from graphile_worker._private_tasks where identifier = ${task})`,
  );
  return task;
}
