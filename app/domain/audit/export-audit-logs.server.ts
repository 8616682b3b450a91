import { createHash } from "node:crypto";
import type { Database, Sql } from "#db/database.ts";
import { newUuid, SYSTEM_TENANT_ID, type TenantId } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { fits } from "./audit-conditions.server.ts";
import type { AnyAuditEvent } from "./audit-event.ts";
import {
  type AuditExportFormat,
  type ExportColumns,
  type ExportRow,
  exportColumns,
  exportFrames,
  exportLine,
  exportRows,
} from "./audit-export-lines.ts";
import type { AuditPlace } from "./audit-log-cursor.ts";
import type { AuditFilters } from "./audit-log-schema.ts";
import { type AuditReach, readWithin, requireAuditReach } from "./audit-reach.server.ts";
import { literal, streamMaker, streamsFor } from "./audit-streams.server.ts";
import { insertAuditEvents } from "./insert-audit-events.server.ts";
import { matchingActions } from "./matching-actions.ts";
import { readAhead } from "./read-ahead.ts";

/** Events a transaction: enough to make its round trip cheap, few enough to hold three of. */
const pageSize = 4_000;
/** Rows that one page looks at, where not all of them fit. */
const maxLookUps = 20_000;
/** Characters: as much as is handed over at once. */
const pieceLength = 256 * 1024;

export interface ExportAuditOptions {
  format: AuditExportFormat;
  filters: AuditFilters;
  reach?: AuditReach | undefined;
  request: RequestInfo;
}

export interface AuditExport {
  /** By which its events are found: how it began, and how it ended with its digest. */
  id: string;
  pieces: AsyncGenerator<Uint8Array, void, undefined>;
}

/**
 * All events that the filters let through, newest first, as a file in pieces. Each is read when the one
 * before is taken, in a transaction of its own, so that a slow reader holds nothing (docs/decisions/0030).
 * That it began is recorded before anything is read, and how it ended, with the digest of all that was
 * sent, before the end is told.
 * @throws AppError forbidden
 */
export async function exportAuditLogs(
  db: Database,
  actor: Actor,
  { format, filters, reach: asked, request }: ExportAuditOptions,
): Promise<AuditExport> {
  const reach = requireAuditReach(actor, asked);
  const id = newUuid();
  const record = recorder(db, actor, { tenantId: reach === "all" ? SYSTEM_TENANT_ID : reach, id, request });
  await record({
    action: "audit.export.started",
    details: { format, reach: reach === "all" ? "all" : "tenant", filters: given(filters) },
  });
  return { id, pieces: pieces(db, reach, { format, filters, record }) };
}

/** The events that tell of an export. */
type ExportEvent = Pick<
  Extract<AnyAuditEvent, { action: `audit.export.${string}` }>,
  "action" | "details" | "status"
>;
type RecordExport = (event: ExportEvent) => Promise<void>;

const recorder =
  (
    db: Database,
    actor: Actor,
    { tenantId, id, request }: { tenantId: TenantId; id: string; request: RequestInfo },
  ): RecordExport =>
  (event) =>
    db.asTenantSql(tenantId, (sql) =>
      // An action and its details come from the same union, which the compiler takes apart here.
      insertAuditEvents(sql, [{ ...event, tenantId, actor, resource: { id }, request } as AnyAuditEvent]),
    );

const given = (filters: AuditFilters): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

async function* pieces(
  db: Database,
  reach: AuditReach,
  { format, filters, record }: { format: AuditExportFormat; filters: AuditFilters; record: RecordExport },
): AsyncGenerator<Uint8Array, void, undefined> {
  const startedAt = performance.now();
  const frame = exportFrames[format];
  const hash = createHash("sha256");
  let rows = 0;
  let bytes = 0;
  let hasFinished = false;
  const piece = (text: string): Uint8Array => {
    const encoded = Buffer.from(text);
    hash.update(encoded);
    bytes += encoded.byteLength;
    return encoded;
  };
  try {
    let text = frame.head;
    for await (const page of readAhead(readPages(db, reach, filters))) {
      for (const row of page) {
        if (rows > 0) text += frame.between;
        text += exportLine(format, row);
        rows += 1;
        if (text.length < pieceLength) continue;
        yield piece(text);
        text = "";
      }
    }
    text += frame.tail;
    if (text !== "") yield piece(text);
    const durationMs = Math.round(performance.now() - startedAt);
    await record({
      action: "audit.export.finished",
      details: { rows, bytes, sha256: hash.digest("hex"), durationMs },
    });
    hasFinished = true;
  } finally {
    if (!hasFinished)
      await record({ action: "audit.export.broken_off", status: "failure", details: { rows, bytes } });
  }
}

async function* readPages(
  db: Database,
  reach: AuditReach,
  filters: AuditFilters,
): AsyncGenerator<ExportRow[], void, undefined> {
  // Whether an action can fit at all.
  if (matchingActions(filters)?.length === 0) return;
  let isSparse = false;
  for (let next: AuditPlace | null | undefined; next !== null; ) {
    const from: AuditPlace | undefined = next;
    const page = await readWithin(db, reach, (sql) => readPage(sql, reach, filters, { from, isSparse }));
    yield page.rows;
    next = page.next;
    isSparse ||= page.isSparse;
  }
}

interface ExportPage {
  rows: ExportRow[];
  /** Where the next one begins; null at the end. */
  next: AuditPlace | null;
  /** Hardly any of what was looked at fitted. */
  isSparse: boolean;
}

async function readPage(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
  { from, isSparse }: { from: AuditPlace | undefined; isSparse: boolean },
): Promise<ExportPage> {
  const range = { direction: "desc", from } as const;
  const streams = await streamsFor(sql, reach, filters, range);
  const exact = isSparse ? streams.find((one) => one.isExact) : undefined;
  const stream = exact ?? streams[0];
  if (stream === undefined) return { rows: [], next: null, isSparse };
  const columns = sql.unsafe(exportColumns);
  if (stream.isExact) {
    const [found] = await sql<ExportColumns[]>`
      select ${columns} from (${stream.rows(pageSize)}) event`;
    const rows = found === undefined ? [] : exportRows(found);
    return { rows, next: rows.length < pageSize ? null : placeOf(rows.at(-1)), isSparse };
  }
  const { inOrder } = streamMaker(sql, reach, filters, range);
  const maxWalked = Math.ceil(maxLookUps / (stream.sharedBy ?? 1));
  const last = literal(sql, maxWalked);
  const fitting = fits(sql, filters);
  // The last one walked is given whether or not it fits: it says where to go on.
  const [found] = await sql<(ExportColumns & { walked: string | null; fit: boolean[] | null })[]>`
    select max(event.n) as walked, json_agg(event.fits) as fit, ${columns}
    from (
      select event.*, (event.n < ${last} or ${fitting}) as fits
      from (
        select event.*, row_number() over (${inOrder}) as n from (${stream.rows(maxWalked)}) event
      ) event
      where event.n = ${last} or ${fitting}
      ${inOrder}
      limit ${literal(sql, pageSize)}
    ) event`;
  if (found === undefined) return { rows: [], next: null, isSparse };
  const walked = exportRows(found);
  const rows = walked.filter((_, n) => found.fit?.[n] === true);
  const lookUps = Number(found.walked);
  const isCut = rows.length === pageSize || lookUps === maxWalked;
  return { rows, next: isCut ? placeOf(walked.at(-1)) : null, isSparse: rows.length * 10 < lookUps };
}

const placeOf = (row: ExportRow | undefined): AuditPlace | null =>
  row === undefined ? null : { at: row.at, uuid: row.uuid };
