import { readFileSync } from "node:fs";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isLostTypeQuery } from "#db/client/lost-type-query.ts";
import { createTestDatabase, type TestDatabase } from "#tests/setup/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const source = readFileSync(
  new URL("../../node_modules/postgres/src/connection.js", import.meta.url),
  "utf8",
);
const asked = /`(\s*select b\.oid, b\.typarray[^`]+)`/.exec(source)?.[1] ?? "";

test("the question for array types is known by its text when it fails, and no other", async () => {
  expect(asked).not.toBe("");
  const sql = postgres(database.ownerUrl, { max: 1, fetch_types: false });
  const failureOf = (text: string) =>
    sql.unsafe(text).then(
      () => undefined,
      (error: unknown) => error,
    );
  await sql`set statement_timeout = 1`;
  expect(isLostTypeQuery(await failureOf("select pg_sleep(1)"))).toBe(false);
  const slow = asked.replace("group by", "and pg_sleep(0.01) is not null group by");
  expect(await failureOf(slow)).toMatchObject({ code: "57014" });
  expect(isLostTypeQuery(await failureOf(slow))).toBe(true);
  expect(isLostTypeQuery("unknown")).toBe(false);
  await sql.end();
});
