import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import postgres from "postgres";
import type { Log } from "./log.ts";

export const TENANT_LOGIN = "signalbox_tenant";
export const SYSTEM_LOGIN = "signalbox_system";
type Login = typeof TENANT_LOGIN | typeof SYSTEM_LOGIN;

/** The connection strings of the two runtime logins. */
export interface RuntimeUrls {
  tenantUrl: string;
  systemUrl: string;
}

const derivedPassword = (secretKey: string, login: Login): string =>
  createHmac("sha256", secretKey).update(`signalbox/database-login/${login}`).digest("base64url");

/** `ownerUrl` with another user and password; host, database and parameters (such as sslmode) stay. */
function urlFor(ownerUrl: string, login: string, password: string): string {
  const url = new URL(ownerUrl);
  url.username = login;
  url.password = password;
  return url.toString();
}

/**
 * The form in which PostgreSQL keeps a password (RFC 5803), so that the password itself is in no
 * statement that a server might log.
 */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64");
  const serverKey = hmac("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

const codeOf = (error: unknown): unknown =>
  typeof error === "object" && error !== null && "code" in error ? error.code : undefined;

const INVALID_PASSWORD = "28P01";
const INVALID_AUTHORIZATION = "28000";
const INSUFFICIENT_PRIVILEGE = "42501";

/** Whether the login gets in; throws when the server cannot be asked. */
async function canSignIn(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, fetch_types: false, onnotice: () => {} });
  try {
    await sql`select 1`;
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === INVALID_PASSWORD || code === INVALID_AUTHORIZATION) return false;
    throw error;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function ensureLogin(owner: postgres.Sql, login: Login, password: string, url: string, log: Log) {
  if (await canSignIn(url)) return;
  const [found] = await owner`select from pg_roles where rolname = ${login}`;
  try {
    const verifier = scramVerifier(password);
    if (found === undefined)
      await owner.unsafe(`create role ${login} login noinherit password '${verifier}'`);
    else await owner.unsafe(`alter role ${login} login password '${verifier}'`);
    log.info({ login }, found === undefined ? "Database login made" : "Database login's password set");
  } catch (error) {
    if (codeOf(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new Error(
      `The owner in DATABASE_URL may not make the login ${login}. Give it CREATEROLE, or make ${TENANT_LOGIN} and ${SYSTEM_LOGIN} yourself and set DATABASE_TENANT_URL and DATABASE_SYSTEM_URL.`,
      { cause: error },
    );
  }
}

/** How the runtime connects where its logins are ours, made with this secret key. */
export function derivedUrls(ownerUrl: string, secretKey: string): RuntimeUrls {
  const urlOf = (login: Login) => urlFor(ownerUrl, login, derivedPassword(secretKey, login));
  return { tenantUrl: urlOf(TENANT_LOGIN), systemUrl: urlOf(SYSTEM_LOGIN) };
}

/**
 * Makes the two runtime logins, with passwords derived from the secret key, and returns how to
 * connect as them. A login that gets in already is left alone, so a second server that starts
 * changes nothing under the first.
 */
export async function ensureLogins(
  owner: postgres.Sql,
  ownerUrl: string,
  secretKey: string,
  log: Log,
): Promise<RuntimeUrls> {
  const urls = derivedUrls(ownerUrl, secretKey);
  await ensureLogin(owner, TENANT_LOGIN, derivedPassword(secretKey, TENANT_LOGIN), urls.tenantUrl, log);
  await ensureLogin(owner, SYSTEM_LOGIN, derivedPassword(secretKey, SYSTEM_LOGIN), urls.systemUrl, log);
  return urls;
}

interface LoginFacts {
  name: string;
  bypasses: boolean;
  isOwner: boolean;
  isTenant: boolean;
  isSystem: boolean;
}

/**
 * Row-level security is only as good as the logins: refuses one that bypasses it, that is the
 * owner, or that could become what it must not be.
 */
export async function checkLogin(url: string, expected: Login): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, fetch_types: false, onnotice: () => {} });
  try {
    const [missing] = await sql<{ name: string }[]>`
      select name from unnest(string_to_array(${`${TENANT_LOGIN},${SYSTEM_LOGIN}`}, ',')) as name
      where not exists (select from pg_roles where rolname = name)`;
    if (missing !== undefined)
      throw new Error(`The database has no role ${missing.name}; make it (see README, external PostgreSQL).`);
    const [facts] = await sql<LoginFacts[]>`
      select rolname as name,
             rolsuper or rolbypassrls as bypasses,
             exists (select from pg_class c where c.relnamespace = to_regnamespace('public')
                      and pg_has_role(rolname, c.relowner, 'member')) as "isOwner",
             pg_has_role(rolname, ${TENANT_LOGIN}, 'usage') as "isTenant",
             pg_has_role(rolname, ${SYSTEM_LOGIN}, 'member') as "isSystem"
        from pg_roles where rolname = session_user`;
    if (facts === undefined) throw new Error(`The login for ${expected} is not in pg_roles.`);
    if (facts.bypasses)
      throw new Error(`The login ${facts.name} bypasses row-level security; use a plain one.`);
    if (facts.isOwner)
      throw new Error(`The login ${facts.name} owns tables of Signalbox, or could; use another.`);
    const fits = expected === SYSTEM_LOGIN ? facts.isSystem : facts.isTenant && !facts.isSystem;
    if (!fits)
      throw new Error(
        expected === SYSTEM_LOGIN
          ? `The login ${facts.name} is not ${SYSTEM_LOGIN} or a member of it.`
          : `The login ${facts.name} is not ${TENANT_LOGIN} or a member of it alone.`,
      );
  } finally {
    await sql.end({ timeout: 1 });
  }
}
