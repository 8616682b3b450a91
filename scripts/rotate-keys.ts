import { rotateAccessKey } from "#app/domain/auth/rotate-access-key.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { readEnv } from "#app/env.server.ts";
import { createDatabase } from "#db/client.server.ts";
import { findUrls } from "./find-urls.ts";

/**
 * `npm run keys:rotate`: makes a new key that signs access tokens. Servers that run take it up by
 * themselves, and what the old one signed holds until it ends. `-- --at-once` refuses that too: for a
 * key that may have got into other hands.
 */
async function main(): Promise<void> {
  const env = readEnv(process.env);
  const db = createDatabase({ ...(await findUrls(env)), poolSize: 1 });
  try {
    const atOnce = process.argv.includes("--at-once");
    const kid = await rotateAccessKey(
      { db, secrets: createSecretBox(env.secretKey, env.previousSecretKeys) },
      { atOnce },
    );
    console.log(
      kid === undefined
        ? "Somebody else has rotated the keys at this moment: there is a new one."
        : `Access tokens are signed with ${kid} within 10 seconds.`,
    );
  } finally {
    await db.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(`The keys could not be rotated. ${error instanceof Error ? error.message : String(error)}`);
  console.error("The embedded PostgreSQL runs with the server: start that first, or set DATABASE_URL.");
  process.exitCode = 1;
}
