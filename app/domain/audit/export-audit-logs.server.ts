import { createHash } from "node:crypto";
import type { Database, Sql } from "#db/database.ts";
import { newUuid, SYSTEM_TENANT_ID, type TenantId } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import { fits } from "./audit-conditions.server.ts";
import type { AnyAuditEvent } from "./audit-event.ts";
import {
  type AuditExportFormat,
  type ExportRow,
  exportColumns,
  exportFrames,
  exportLine,
} from "./audit-export-lines.ts";
import type { AuditPlace } from "./audit-log-cursor.ts";
import { exactTime } from "./audit-log-row.ts";
import type { AuditFilters } from "./audit-log-schema.ts";
import { type AuditReach, readWithin, requireAuditReach } from "./audit-reach.server.ts";
import { literal, streamMaker, streamsFor } from "./audit-streams.server.ts";
import { insertAuditEvents } from "./insert-audit-events.server.ts";
import { matchingActions } from "./matching-actions.ts";

/** Events a transaction: enough to make its round trip cheap, few enough to hold two of. */
const pageSize = 2_000;
/** Rows that one page looks at, where not all of them fit. */
const maxLookUps = 20_000;

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
  const readPage = (from: AuditPlace | undefined) => {
    const page = readWithin(db, reach, (sql) => readRows(sql, reach, filters, from));
    // It may be read for nobody: then its failure is nobody's either.
    page.catch(() => undefined);
    return page;
  };
  try {
    let reading: ReturnType<typeof readPage> | undefined = isPossible(filters)
      ? readPage(undefined)
      : undefined;
    if (frame.head !== "") yield piece(frame.head);
    while (reading !== undefined) {
      const page: ExportPage = await reading;
      // The next is read while this one is written.
      reading = page.next === null ? undefined : readPage(page.next);
      let text = "";
      for (const row of page.rows) {
        if (rows > 0) text += frame.between;
        text += exportLine(format, row);
        rows += 1;
      }
      if (text !== "") yield piece(text);
    }
    if (frame.tail !== "") yield piece(frame.tail);
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

/** Whether an action can fit at all. */
const isPossible = (filters: AuditFilters): boolean => matchingActions(filters)?.length !== 0;

interface ExportPage {
  rows: ExportRow[];
  /** Where the next one begins; null at the end. */
  next: AuditPlace | null;
}

async function readRows(
  sql: Sql,
  reach: AuditReach,
  filters: AuditFilters,
  from: AuditPlace | undefined,
): Promise<ExportPage> {
  const range = { direction: "desc", from } as const;
  const [stream] = await streamsFor(sql, reach, filters, range);
  if (stream === undefined) return { rows: [], next: null };
  const maxWalked = stream.isExact ? pageSize : maxLookUps;
  const { inOrder } = streamMaker(sql, reach, filters, range);
  const last = literal(sql, maxWalked);
  const fitting = fits(sql, filters);
  const columns = sql.unsafe(exportColumns(exactTime("event.occurred_at")));
  const found = await sql`
    select event.n, (event.n < ${last} or ${fitting}) as fits, ${columns}
    from (
      select event.*, row_number() over (${inOrder}) as n from (${stream.rows(maxWalked)}) event
    ) event
    where event.n = ${last} or ${fitting}
    ${inOrder}
    limit ${literal(sql, pageSize)}`.values();
  const walked = found as unknown as readonly [n: string, fits: boolean, ...row: ExportRow][];
  const rows = walked.filter(([, isFitting]) => isFitting).map(([, , ...row]): ExportRow => row);
  const end = walked.at(-1);
  if (end === undefined) return { rows, next: null };
  const [n, , , uuid, at] = end;
  const isCut = rows.length === pageSize || Number(n) === maxWalked;
  return { rows, next: isCut ? { at, uuid } : null };
}
