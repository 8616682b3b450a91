import type { KeyObject } from "node:crypto";
import type { DamageLog, Place } from "./damage-log.ts";
import {
  isSigned,
  readStatement,
  type SealStatement,
  type Signed,
  sealStatementSchema,
  statementDigest,
} from "./statements.ts";

/** The seal that a chain, or the part of it at hand, follows on. Before the first: 0, null. */
export interface ChainLink {
  sequence: number;
  /** Hex. */
  digest: string | null;
}

export const chainStart: ChainLink = { sequence: 0, digest: null };

/**
 * Follows a tenant's seals one after the other: each signed, each naming the one before. After a damage
 * it goes on from what is there, so that one damage is not reported for all that follow.
 */
export class SealChain {
  readonly #tenantId: string;
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #damages: DamageLog;
  /** Undefined: what comes first is taken as the beginning, as in an archive that is read alone. */
  #last: ChainLink | undefined;

  constructor(options: {
    tenantId: string;
    keys: ReadonlyMap<string, KeyObject>;
    damages: DamageLog;
    after: ChainLink | undefined;
  }) {
    this.#tenantId = options.tenantId;
    this.#keys = options.keys;
    this.#damages = options.damages;
    this.#last = options.after;
  }

  get last(): ChainLink | undefined {
    return this.#last;
  }

  /** The seal's statement; undefined when its text is none. */
  follow(signed: Signed, place: Place): SealStatement | undefined {
    const name = place.sequence === undefined ? "A seal" : `Seal ${place.sequence}`;
    const statement = readStatement(sealStatementSchema, signed.statement);
    if (statement === undefined) {
      this.#damages.add("changed", `${name} does not say what a seal says.`, place);
      return undefined;
    }
    const at = { ...place, sequence: statement.sequence };
    this.#checkSignature(signed, statement, at);
    this.#checkPlace(statement, at);
    this.#last = { sequence: statement.sequence, digest: statementDigest(signed.statement) };
    return statement;
  }

  #checkSignature(signed: Signed, { sequence, kid, tenant }: SealStatement, place: Place): void {
    const key = this.#keys.get(kid);
    if (key === undefined)
      this.#damages.add(
        "chain",
        `Seal ${sequence} is signed with the key ${kid}, which is not known.`,
        place,
      );
    else if (!isSigned(signed, key))
      this.#damages.add("changed", `Seal ${sequence} is not what was signed with the key ${kid}.`, place);
    if (tenant !== this.#tenantId)
      this.#damages.add("chain", `Seal ${sequence} is of another chain, that of ${tenant}.`, place);
  }

  #checkPlace({ sequence, previous }: SealStatement, place: Place): void {
    const last = this.#last;
    if (last === undefined) return;
    const expected = last.sequence + 1;
    if (sequence > expected) {
      const missing =
        sequence === expected + 1 ? `Seal ${expected} is` : `Seals ${expected} to ${sequence - 1} are`;
      this.#damages.add("missing", `${missing} missing.`, { ...place, sequence: expected });
    } else if (sequence < expected) {
      this.#damages.add("reordered", `Seal ${sequence} stands behind seal ${last.sequence}.`, place);
    } else if (previous !== last.digest) {
      this.#damages.add("chain", `Seal ${sequence} does not follow the seal before it as it is now.`, place);
    }
  }
}
