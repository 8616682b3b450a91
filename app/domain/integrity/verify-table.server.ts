import type { Database, Sql } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import type { DamageLog } from "./damage-log.ts";
import { leafAt, rootOf } from "./merkle.ts";
import type { SealChain } from "./seal-chain.ts";
import {
  detailsAgree,
  erasableState,
  eventLeaf,
  type StoredRow,
  sealedTime,
  storedColumns,
  toStoredEvent,
} from "./sealed-event.ts";
import type { SealStatement } from "./statements.ts";

/** What was true when the check began; what came later is none of its business. */
export interface TrailMark {
  /** Seals behind this one are not looked at. */
  lastSequence: number;
  /** Events behind it need no seal yet. */
  generation: number;
  xid: string;
  eventId: string;
}

export interface TableCheck {
  tenantUuid: string;
  mark: TrailMark;
  /** Has followed everything up to the first seal that is in the table. */
  chain: SealChain;
  damages: DamageLog;
  counts: { seals: number; events: number; erased: number };
  /** Awaited after each few seals. */
  onProgress: () => Promise<void>;
  /** Whether the seal's events have been moved to an archive meanwhile. */
  isArchivedNow: (sequence: number) => Promise<boolean>;
}

interface SealRow {
  sequence: string;
  statement: string;
  signature: Buffer;
  digest: string;
  events: number;
  from_at: string;
  to_at: string;
  sealed_at: string;
  event_ids: string[] | null;
  leaves: Buffer | null;
}

interface CheckedRow extends StoredRow {
  details_agree: boolean;
}

/** An event that a seal names and that has not come by yet. */
interface Expected {
  sequence: number;
  /** Undefined where the list of leaves is not the one that was sealed. */
  leaf: Buffer | undefined;
}

/** A seal whose events are being met. */
interface OpenSeal {
  sequence: number;
  toAt: string;
  ids: string[];
}

const sealsAtOnce = 16;
const rowsAtOnce = 2_000;

/**
 * Holds the events in the table against the seals of those that are not archived. Seals come in their
 * order, events in that of their times; both move on together, since what a later seal holds is not older
 * than the oldest event of any later seal. So every event is read once, and memory holds no more than the
 * runs that overlap.
 */
export async function verifyTable(db: Database, check: TableCheck, after: number): Promise<void> {
  const walk = new TableWalk(db, check);
  const oldestBehind = await readOldestBehind(db, check, after);
  for (let sequence = after; ; ) {
    const seals = await readSeals(db, check, sequence);
    for (const seal of seals) await walk.add(seal);
    const last = seals.at(-1);
    if (last === undefined) break;
    sequence = Number(last.sequence);
    await walk.advanceTo(oldestBehind(sequence));
    await check.onProgress();
  }
  await walk.advanceTo(undefined);
}

class TableWalk {
  readonly #db: Database;
  readonly #check: TableCheck;
  readonly #expected = new Map<string, Expected>();
  #open: OpenSeal[] = [];
  /** The last event that was read. */
  #position = { occurredAt: "-infinity", id: "00000000-0000-0000-0000-000000000000" };

  constructor(db: Database, check: TableCheck) {
    this.#db = db;
    this.#check = check;
  }

  async add(seal: SealRow): Promise<void> {
    const { chain, damages, counts } = this.#check;
    const sequence = Number(seal.sequence);
    const place = { sequence };
    const statement = chain.follow(seal, place);
    counts.seals++;
    if (statement !== undefined) this.#compareColumns(seal, statement);
    if (seal.event_ids === null || seal.leaves === null) {
      if (await this.#check.isArchivedNow(sequence)) return;
      damages.add("missing", `Seal ${sequence} does not list its events, and no archive holds them.`, place);
      return;
    }
    const isTrueList =
      seal.leaves.length === 32 * seal.events && rootOf(seal.leaves).toString("hex") === statement?.root;
    if (!isTrueList)
      damages.add("changed", `The list of hashes of seal ${sequence} is not the one that was sealed.`, place);
    const { leaves } = seal;
    seal.event_ids.forEach((id, index) => {
      this.#expected.set(id, { sequence, leaf: isTrueList ? leafAt(leaves, index) : undefined });
    });
    this.#open.push({ sequence, toAt: seal.to_at, ids: seal.event_ids });
  }

  /** Reads the events that are older than `before`, then says which of those that had to come have not. */
  async advanceTo(before: string | undefined): Promise<void> {
    for (;;) {
      const rows = await this.#read(before);
      for (const row of rows) this.#meet(row);
      if (rows.length < rowsAtOnce) break;
      await this.#check.onProgress();
    }
    const isOver = ({ toAt }: OpenSeal) => before === undefined || toAt < before;
    const over = this.#open.filter(isOver);
    this.#open = this.#open.filter((seal) => !isOver(seal));
    for (const seal of over) await this.#close(seal);
  }

  #compareColumns(seal: SealRow, statement: SealStatement): void {
    const isSame =
      statement.sequence === Number(seal.sequence) &&
      this.#check.chain.last?.digest === seal.digest &&
      statement.events === seal.events &&
      statement.fromAt === seal.from_at &&
      statement.toAt === seal.to_at &&
      statement.sealedAt === seal.sealed_at &&
      (seal.event_ids === null || seal.event_ids.length === statement.events);
    if (isSame) return;
    const message = `What stands beside seal ${seal.sequence} is not what it says.`;
    this.#check.damages.add("changed", message, { sequence: Number(seal.sequence) });
  }

  #read(before: string | undefined): Promise<CheckedRow[]> {
    const { tenantUuid } = this.#check;
    const { occurredAt, id } = this.#position;
    // As text, then a time: the driver would read it as a Date, which has no microseconds.
    // The first condition lets partitions be left out, which a comparison of rows does not.
    return this.#db.withSql(
      (sql) => sql<CheckedRow[]>`
        select ${sql.unsafe(storedColumns)}, ${sql.unsafe(detailsAgree)} as details_agree
        from audit_events event
        where event.tenant_id = ${tenantUuid} and event.occurred_at >= ${occurredAt}::text::timestamptz
          and (event.occurred_at, event.id) > (${occurredAt}::text::timestamptz, ${id}::uuid)
          ${before === undefined ? sql`` : sql`and event.occurred_at < ${before}::text::timestamptz`}
        order by event.occurred_at, event.id
        limit ${rowsAtOnce}
      `,
      { readOnly: true },
    );
  }

  #meet(row: CheckedRow): void {
    this.#position = { occurredAt: row.occurred_at, id: row.id };
    const { damages, counts } = this.#check;
    const expected = this.#expected.get(row.id);
    const event = toStoredEvent(row);
    const place = { eventId: event.id, occurredAt: event.occurredAt };
    if (expected === undefined) {
      if (!isBehind(row, this.#check.mark))
        damages.add("inserted", `The event ${event.id} is in no seal, and should be in one.`, place);
      return;
    }
    this.#expected.delete(row.id);
    counts.events++;
    const { sequence, leaf } = expected;
    const erasable = erasableState(event);
    if (leaf !== undefined && !eventLeaf(event).equals(leaf))
      damages.add("changed", `The event ${event.id} is not what seal ${sequence} holds.`, {
        ...place,
        sequence,
      });
    else if (erasable === "changed")
      damages.add("changed", `Names, address or texts of the event ${event.id} are not what was sealed.`, {
        ...place,
        sequence,
      });
    else if (!row.details_agree)
      damages.add("changed", `The details shown of the event ${event.id} are not what was sealed.`, {
        ...place,
        sequence,
      });
    if (erasable === "erased") counts.erased++;
  }

  async #close({ sequence, ids }: OpenSeal): Promise<void> {
    const missing = ids.filter((id) => this.#expected.get(id)?.sequence === sequence);
    if (missing.length === 0) return;
    for (const id of missing) this.#expected.delete(id);
    if (await this.#check.isArchivedNow(sequence)) return;
    for (const id of missing) {
      const eventId = toTypeId("evt", id);
      this.#check.damages.add("missing", `The event ${eventId} of seal ${sequence} is gone.`, {
        eventId,
        sequence,
      });
    }
  }
}

/** Whether the event lies behind what was sealed when the check began. */
function isBehind(row: StoredRow, mark: TrailMark): boolean {
  if (row.generation !== mark.generation) return row.generation > mark.generation;
  const [xid, marked] = [BigInt(row.xid), BigInt(mark.xid)];
  return xid === marked ? row.id > mark.eventId : xid > marked;
}

/** For each seal, the oldest time in any of those behind it; undefined behind the last. */
async function readOldestBehind(
  db: Database,
  { tenantUuid, mark }: TableCheck,
  after: number,
): Promise<(sequence: number) => string | undefined> {
  const times: { sequence: number; fromAt: string }[] = [];
  for (let from = after; ; ) {
    const rows = await db.withSql(
      (sql) => sql<{ sequence: string; from_at: string }[]>`
        select sequence, ${sql.unsafe(sealedTime("from_at"))} as from_at from audit_seals
        where tenant_id = ${tenantUuid} and sequence > ${from} and sequence <= ${mark.lastSequence}
        order by sequence limit 10000
      `,
      { readOnly: true },
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    for (const { sequence, from_at } of rows) times.push({ sequence: Number(sequence), fromAt: from_at });
    from = Number(last.sequence);
  }
  const behind = new Map<number, string>();
  let oldest: string | undefined;
  for (const { sequence, fromAt } of times.reverse()) {
    if (oldest !== undefined) behind.set(sequence, oldest);
    if (oldest === undefined || fromAt < oldest) oldest = fromAt;
  }
  return (sequence) => behind.get(sequence);
}

function readSeals(db: Database, { tenantUuid, mark }: TableCheck, after: number): Promise<SealRow[]> {
  return db.withSql(
    (sql: Sql) => sql<SealRow[]>`
      select
        sequence, statement, signature, encode(digest, 'hex') as digest, events,
        ${sql.unsafe(sealedTime("from_at"))} as from_at, ${sql.unsafe(sealedTime("to_at"))} as to_at,
        ${sql.unsafe(sealedTime("sealed_at"))} as sealed_at, event_ids, leaves
      from audit_seals
      where tenant_id = ${tenantUuid} and sequence > ${after} and sequence <= ${mark.lastSequence}
      order by sequence limit ${sealsAtOnce}
    `,
    { readOnly: true },
  );
}
