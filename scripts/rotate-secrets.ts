import { unsafeResealChannels } from "#app/domain/alerts/channels/reseal-channels.server.ts";
import { resealSigningKeys } from "#app/domain/auth/reseal-signing-keys.server.ts";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { unsafeResealEndpoints } from "#app/domain/messaging/push/reseal-endpoints.server.ts";
import { readEnv } from "#app/env.server.ts";
import { createDatabase } from "#db/client.server.ts";
import { findUrls } from "./find-urls.ts";

/**
 * `npm run secrets:rotate`: seals with SIGNALBOX_SECRET_KEY what the keys in SIGNALBOX_SECRET_KEY_PREVIOUS
 * have sealed. May run again, and while servers run. What a new key means besides: `docs/secret-key.md`.
 */
async function main(): Promise<void> {
  const env = readEnv(process.env);
  const secrets = createSecretBox(env.secretKey, env.previousSecretKeys);
  const db = createDatabase({ ...(await findUrls(env)), poolSize: 1 });
  try {
    let unreadable = 0;
    for (const [what, reseal] of [
      ["signing keys", resealSigningKeys],
      ["endpoints", unsafeResealEndpoints],
      ["alert channels", unsafeResealChannels],
    ] as const) {
      const done = await reseal(db, secrets);
      console.log(`${what}: ${done.resealed} sealed anew, ${done.current} were already`);
      for (const owner of done.unreadable)
        console.error(`${what}: no key that is set opens that of ${owner}`);
      unreadable += done.unreadable.length;
    }
    if (unreadable === 0) console.log("SIGNALBOX_SECRET_KEY_PREVIOUS is needed by nothing that is sealed.");
    else process.exitCode = 1;
  } finally {
    await db.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(
    `The secrets were not all sealed anew. ${error instanceof Error ? error.message : String(error)}`,
  );
  console.error(
    "Start a server with the new key first: it sets the database logins' passwords, which follow from the key.",
  );
  process.exitCode = 1;
}
