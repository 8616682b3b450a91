import { eq } from "drizzle-orm";
import type { Database, Tx } from "#db/database.ts";
import { newId, type TenantId, type UserId } from "#db/ids.ts";
import { users } from "#db/schema/index.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { isAppError } from "../errors.ts";
import type { LinkTokens } from "../mail/link-tokens.server.ts";
import type { RegisterInput } from "./account-schema.ts";
import type { RequestInfo } from "./actor.ts";
import { beginPasswordReset } from "./begin-password-reset.server.ts";
import { insertTenant } from "./create-tenant.server.ts";
import { normalizeEmail } from "./email.ts";
import { hashPassword } from "./password.server.ts";
import { requireGoodPassword } from "./password-rules.ts";
import { mailVerification } from "./send-verification.server.ts";
import { freeSlug } from "./tenant-slug.server.ts";

/** What signing up takes; a Runtime has both. */
export interface RegisterService {
  db: Database;
  linkTokens: LinkTokens;
}

export interface Registered {
  tenantId: TenantId;
  userId: UserId;
}

/** How often two that sign up at once may get into each other's way before it is somebody's to look at. */
const maxAttempts = 5;

/**
 * Makes an organisation and its first admin, who is asked by mail to confirm their address. Undefined when the
 * address has an account already: nothing is made, and its owner is told by mail, in about the time that the
 * other takes. Whether to show the difference is the caller's decision.
 * @throws AppError invalid_input for a password that is no good.
 */
export async function register(
  { db, linkTokens }: RegisterService,
  input: RegisterInput,
  request: RequestInfo,
): Promise<Registered | undefined> {
  requireGoodPassword(input.password, input, "password");
  const passwordHash = await hashPassword(input.password);
  const signUp = { ...input, email: normalizeEmail(input.email), passwordHash, request };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.asSystem((tx) => insertSignUp(tx, linkTokens, signUp));
    } catch (error) {
      if (!isAppError(error) || error.code !== "conflict") throw error;
      if (await tellOwner(db, linkTokens, signUp)) return undefined;
      // Somebody took the slug in between.
      if (attempt === maxAttempts) throw error;
    }
  }
}

interface SignUp {
  tenantName: string;
  name: string;
  email: string;
  passwordHash: string;
  request: RequestInfo;
}

async function insertSignUp(
  tx: Tx,
  linkTokens: LinkTokens,
  { tenantName, name, email, passwordHash, request }: SignUp,
): Promise<Registered> {
  const slug = await freeSlug(tx, tenantName);
  const { tenantId, adminId: userId } = await insertTenant(tx, {
    ...{ name: tenantName, slug, request },
    admin: { email, name, passwordHash, emailVerified: false },
  });
  const actor = { kind: "user" as const, id: userId, name };
  await recordAudit(tx, {
    ...{ tenantId, actor, request },
    action: "auth.signup",
    resource: { id: tenantId, name: tenantName },
    details: { slug },
  });
  await mailVerification(tx, linkTokens, { userId, email, name, tenantId, actor, request });
  return { tenantId, userId };
}

/** False when there is no account with the address. */
async function tellOwner(db: Database, linkTokens: LinkTokens, { email, request }: SignUp): Promise<boolean> {
  return db.asSystem(async (tx) => {
    const [owner] = await tx.select({ id: users.id }).from(users).where(eq(users.email, email));
    if (owner === undefined) return false;
    await beginPasswordReset(tx, linkTokens, {
      ...{ userId: owner.id, tokenId: newId("ott"), mail: "account-exists", request },
    });
    return true;
  });
}
