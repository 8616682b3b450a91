import { migrate } from "#db/migrate.server.ts";
import { jobTaskNames } from "#jobs/catalog.ts";

/** `npm run db:migrate`: brings an external database to the newest schema without starting the server. */
const { DATABASE_URL, DATABASE_TENANT_URL, DATABASE_SYSTEM_URL, SIGNALBOX_SECRET_KEY } = process.env;

if (!DATABASE_URL) {
  console.error("Set DATABASE_URL to the owner's URL. (The embedded PostgreSQL is migrated by npm start.)");
  process.exit(1);
}
if (!SIGNALBOX_SECRET_KEY && !DATABASE_TENANT_URL) {
  console.error("Set SIGNALBOX_SECRET_KEY: the passwords of the two runtime logins are derived from it.");
  process.exit(1);
}
const write = (fields: object, message: string): void => console.log(message, fields);
await migrate({
  ownerUrl: DATABASE_URL,
  tenantUrl: DATABASE_TENANT_URL || undefined,
  systemUrl: DATABASE_SYSTEM_URL || undefined,
  secretKey: SIGNALBOX_SECRET_KEY ?? "",
  jobTasks: jobTaskNames,
  log: { debug: () => {}, info: write, warn: write, error: write },
});
console.log("The database is up to date.");
