import { createPublicKey, type KeyObject } from "node:crypto";
import { asc, eq, sql } from "drizzle-orm";
import type { Database } from "#db/database.ts";
import { signingKeys } from "#db/schema/index.ts";
import { keyRingMaxAgeMs, retiredKeyMs } from "./access-token-lifetime.ts";
import { rotateAccessKey } from "./rotate-access-key.server.ts";
import type { SecretBox } from "./secret-box.server.ts";
import { openSigningKey } from "./signing-key.server.ts";

export interface KeyRingOptions {
  db: Database;
  /** Keeps the private halves. */
  secrets: SecretBox;
  log: { warn(fields: object, message: string): void };
  /** A monotonic clock. */
  nowMs?(): number;
}

export interface VerifyingKey {
  kid: string;
  publicKey: KeyObject;
}

/** The keys that sign access tokens, as far as this process knows: which signs now, and which still verify. */
export interface KeyRing {
  /** What signs now; made when there is none. */
  current(): Promise<{ kid: string; privateKey: KeyObject }>;
  /** The public half of a key, while what it signed may still hold. */
  find(kid: string): Promise<KeyObject | undefined>;
  /** All that `find` finds, the newest last. */
  list(): Promise<VerifyingKey[]>;
}

interface Known {
  readAtMs: number;
  current: { kid: string; privateKey: KeyObject };
  verifying: Map<string, VerifyingKey & { endsAtMs: number }>;
}

/** An id that is not known may be a new key's; asking for what nobody made is to cost little. */
const rereadForUnknownMs = 1_000;

export function createKeyRing({
  db,
  secrets,
  log,
  nowMs = () => performance.now(),
}: KeyRingOptions): KeyRing {
  let known: Known | undefined;
  let reading: Promise<Known> | undefined;

  /** At most this old; those who ask while it is being read wait for the same answer. */
  async function knownWithin(maxAgeMs: number): Promise<Known> {
    if (known !== undefined && nowMs() - known.readAtMs < maxAgeMs) return known;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    known = await reading;
    return known;
  }

  async function read(): Promise<Known> {
    // Made by this or by another process: either way there is one after the second look.
    return (await tryRead()) ?? (await tryRead()) ?? Promise.reject(new Error("There is no signing key."));
  }

  async function tryRead(): Promise<Known | undefined> {
    const readAtMs = nowMs();
    const rows = await db.asSystem(
      (tx) =>
        tx
          .select({
            kid: signingKeys.kid,
            publicKey: signingKeys.publicKey,
            privateKey: signingKeys.privateKey,
            // By the database's clock, so that processes with different ones agree.
            retiredForMs: sql<
              number | null
            >`extract(epoch from now() - ${signingKeys.retiredAt})::float8 * 1000`,
          })
          .from(signingKeys)
          .where(eq(signingKeys.purpose, "access"))
          .orderBy(asc(signingKeys.createdAt)),
      { readOnly: true },
    );
    const row = rows.find(({ retiredForMs }) => retiredForMs === null);
    const privateKey = row && open(row);
    if (row === undefined || privateKey === undefined) {
      await rotateAccessKey({ db, secrets }, { replaces: row?.kid ?? null });
      return undefined;
    }
    const verifying = rows.map(({ kid, publicKey, retiredForMs }) => ({
      kid,
      publicKey: createPublicKey({ key: publicKey, format: "der", type: "spki" }),
      endsAtMs: retiredForMs === null ? Number.POSITIVE_INFINITY : readAtMs - retiredForMs + retiredKeyMs,
    }));
    return {
      readAtMs,
      current: { kid: row.kid, privateKey },
      verifying: new Map(verifying.map((key) => [key.kid, key])),
    };
  }

  function open(row: { kid: string; privateKey: Buffer }): KeyObject | undefined {
    try {
      return openSigningKey(secrets, row);
    } catch (error) {
      log.warn(
        { err: error, kid: row.kid },
        "the key that signs access tokens was sealed with another secret key; a new one takes its place",
      );
      return undefined;
    }
  }

  const holds = ({ endsAtMs }: { endsAtMs: number }): boolean => endsAtMs > nowMs();

  return {
    current: async () => (await knownWithin(keyRingMaxAgeMs)).current,
    async find(kid) {
      const { verifying } = await knownWithin(keyRingMaxAgeMs);
      const key = verifying.get(kid) ?? (await knownWithin(rereadForUnknownMs)).verifying.get(kid);
      return key !== undefined && holds(key) ? key.publicKey : undefined;
    },
    async list() {
      const { verifying } = await knownWithin(keyRingMaxAgeMs);
      return [...verifying.values()].filter(holds).map(({ kid, publicKey }) => ({ kid, publicKey }));
    },
  };
}
