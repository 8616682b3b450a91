import type { Database } from "#db/database.ts";
import { toTypeId } from "#db/ids.ts";
import { readAhead } from "../../audit/read-ahead.ts";
import { leafAt } from "../merkle.ts";
import type { SealKey } from "../seal-keys.server.ts";
import { eventLeaf, type StoredRow, storedColumns, toStoredEvent } from "../sealed-event.ts";
import { signStatement } from "../statements.ts";
import { type ArchiveStatement, endLine, eventLine, headerLine, sealLine } from "./archive-lines.ts";
import type { PlannedArchive } from "./plan-archive.server.ts";

interface SealRow {
  sequence: string;
  statement: string;
  signature: Buffer;
  events: number;
  from_at: string;
  to_at: string;
  event_ids: string[] | null;
  leaves: Buffer | null;
}

/** Seals and events are read so many at a time. */
const sealsAtOnce = 200;
const eventsAtOnce = 4_000;
/** Characters: what is compressed while more is put together. */
const pieceLength = 128 * 1024;

/** What the archive says of itself; the same however often it is written. */
export const archiveStatement = (plan: PlannedArchive, kid: string): ArchiveStatement => ({
  type: "signalbox.archive.1",
  tenant: toTypeId("ten", plan.tenantUuid),
  archive: toTypeId("arc", plan.archiveUuid),
  firstSeal: plan.firstSequence,
  lastSeal: plan.lastSequence,
  previous: plan.previousDigest,
  last: plan.lastDigest,
  events: plan.events,
  fromAt: plan.fromAt,
  toAt: plan.toAt,
  kid,
});

/**
 * The text of an archive in pieces, read from the table as it is asked for.
 * @throws at the first event that is not as it was sealed: what is damaged stays where it can be looked at
 */
export async function* archiveText(
  db: Database,
  plan: PlannedArchive,
  key: SealKey,
): AsyncGenerator<string, void, undefined> {
  yield headerLine(signStatement(archiveStatement(plan, key.kid), key.privateKey));
  let [seals, events] = [0, 0];
  for await (const { group, stored } of readAhead(readGroups(db, plan))) {
    for (const seal of group) {
      yield* runText(seal, stored);
      seals++;
      events += seal.events;
    }
  }
  yield endLine({ seals, events });
}

function* runText(
  { sequence, statement, signature, event_ids, leaves }: SealRow,
  stored: ReadonlyMap<string, StoredRow>,
): Generator<string, void, undefined> {
  if (event_ids === null || leaves === null) throw new Error(`Seal ${sequence} does not list its events.`);
  let text = sealLine({ statement, signature }, leaves);
  for (const [index, id] of event_ids.entries()) {
    const row = stored.get(id);
    const event = row && toStoredEvent(row);
    if (event === undefined || !eventLeaf(event).equals(leafAt(leaves, index)))
      throw new Error(
        `The event ${toTypeId("evt", id)} of seal ${sequence} is ${event === undefined ? "gone" : "not what was sealed"}.`,
      );
    const { tenantId: _, ...filed } = event;
    text += eventLine(filed);
    if (text.length < pieceLength) continue;
    yield text;
    text = "";
  }
  yield text;
}

interface ReadGroup {
  group: readonly SealRow[];
  /** Its events, by id. */
  stored: ReadonlyMap<string, StoredRow>;
}

async function* readGroups(db: Database, plan: PlannedArchive): AsyncGenerator<ReadGroup, void, undefined> {
  for await (const group of sealGroups(db, plan))
    yield { group, stored: await readEvents(db, plan.tenantUuid, group) };
}

/** The plan's seals in groups of about as many events as are read at once. */
async function* sealGroups(db: Database, plan: PlannedArchive): AsyncGenerator<SealRow[], void, undefined> {
  let group: SealRow[] = [];
  let events = 0;
  for (let after = plan.firstSequence - 1; after < plan.lastSequence; ) {
    const seals = await db.withSql(
      (sql) => sql<SealRow[]>`
        select sequence, statement, signature, events, from_at::text, to_at::text, event_ids, leaves
        from audit_seals
        where tenant_id = ${plan.tenantUuid} and sequence > ${after} and sequence <= ${plan.lastSequence}
        order by sequence
        limit greatest(1, least(${sealsAtOnce}, (
          select ${2 * eventsAtOnce} / next.events from audit_seals next
          where next.tenant_id = ${plan.tenantUuid} and next.sequence > ${after} order by next.sequence limit 1
        )))
      `,
      { readOnly: true },
    );
    for (const seal of seals) {
      if (events > 0 && events + seal.events > eventsAtOnce) {
        yield group;
        [group, events] = [[], 0];
      }
      group.push(seal);
      events += seal.events;
    }
    const last = seals.at(-1);
    if (last === undefined) throw new Error(`Seal ${after + 1} is gone.`);
    after = Number(last.sequence);
  }
  if (group.length > 0) yield group;
}

async function readEvents(
  db: Database,
  tenantUuid: string,
  seals: readonly SealRow[],
): Promise<Map<string, StoredRow>> {
  const ids = seals.flatMap(({ event_ids }) => event_ids ?? []);
  const from = seals.reduce((a, { from_at }) => (a < from_at ? a : from_at), seals[0]?.from_at ?? "");
  const to = seals.reduce((a, { to_at }) => (a > to_at ? a : to_at), "");
  const rows = await db.withSql(
    (sql) => sql<StoredRow[]>`
      select ${sql.unsafe(storedColumns)}
      from audit_events event
      where event.tenant_id = ${tenantUuid} and event.id = any (${ids}::uuid[])
        and event.occurred_at between ${from}::text::timestamptz and ${to}::text::timestamptz
    `,
    { readOnly: true },
  );
  return new Map(rows.map((row) => [row.id, row]));
}
