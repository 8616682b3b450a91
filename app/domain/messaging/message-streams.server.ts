import type postgres from "postgres";
import type { Sql } from "#db/database.ts";
import { firstUuidOf, type MailboxId, type MessageId, toUuid } from "#db/ids.ts";
import type { Actor } from "../auth/actor.ts";
import { ownMailboxId } from "./mailbox-access.ts";
import { type ListedStatus, type MessageFilters, problemStatuses, windowMs } from "./message-list-schema.ts";
import { kindOfType, type MessageType, messageTypes } from "./schema.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** A way through the messages of a tenant, in order of their ids, by one index. */
export interface MessageStream {
  /** What one of its messages costs, in rows that lie anywhere. */
  lookUps: number;
  /** SQL: its messages, whole and in order, at most `limit`. Their id stands beside them as `place`, whose order the planner knows. */
  rows(limit: number): Fragment;
  /** SQL: their ids alone. */
  ids(limit: number): Fragment;
}

export interface StreamRange {
  direction: "desc" | "asc";
  /** Begins behind this message. */
  from: MessageId | undefined;
  nowMs: number;
}

/** So far ahead one looks to see which of several streams is the narrowest. */
const probedMessages = 200;

/** Messages on their way have no order of their own; up to this many are sorted for a page. */
const sortedInFlight = 2_000;

/**
 * The narrowest stream that has all messages the filters let through. Which of several is narrower is
 * seen at the place where the page begins: the one whose 200th message lies furthest away.
 */
export async function narrowestStream(
  sql: Sql,
  actor: Actor,
  filters: MessageFilters,
  range: StreamRange,
): Promise<MessageStream> {
  const make = streamMaker(sql, actor, filters, range);
  const inFlight = await inFlightStream(sql, actor, filters, make);
  if (inFlight !== undefined) return inFlight;
  const streams = streamsOf(sql, actor, filters, make);
  const [only, second] = streams;
  if (only === undefined) return make.ofMessages(sql``);
  if (second === undefined) return only;
  const probes = streams.map(
    (stream, index) => sql`
      (select id from (${stream.ids(probedMessages)}) probed offset ${literal(sql, probedMessages - 1)})
      as ${sql(`s${index}`)}`,
  );
  const [reached] = await sql<Record<string, string | null>[]>`
    select ${probes.reduce((all, one) => sql`${all}, ${one}`)}`;
  const isFurther = (one: string | null, other: string | null): boolean =>
    other !== null && (one === null || (range.direction === "desc" ? one < other : one > other));
  let best = { stream: only, at: reached?.s0 ?? null };
  for (const [index, stream] of streams.entries()) {
    const at = reached?.[`s${index}`] ?? null;
    if (isFurther(at, best.at)) best = { stream, at };
  }
  return best.stream;
}

type StreamMaker = ReturnType<typeof streamMaker>;

/** Limits and what partial indexes are chosen by stand in the text: a plan for any value serves neither. */
const literal = (sql: Sql, value: number | string): Fragment =>
  sql.unsafe(typeof value === "number" ? String(value) : `'${value}'`);

function streamMaker(sql: Sql, actor: Actor, filters: MessageFilters, range: StreamRange) {
  const tenant = toUuid(actor.tenantId);
  const order = range.direction === "desc" ? sql`desc` : sql`asc`;
  const sinceMs = sinceOf(filters, range.nowMs);
  const between = (column: Fragment): Fragment => sql`
    ${sinceMs === undefined ? sql`` : sql`and ${column} >= ${firstUuidOf(sinceMs)}`}
    ${filters.until === undefined ? sql`` : sql`and ${column} < ${firstUuidOf(Date.parse(filters.until))}`}
    ${
      range.from === undefined
        ? sql``
        : range.direction === "desc"
          ? sql`and ${column} < ${toUuid(range.from)}`
          : sql`and ${column} > ${toUuid(range.from)}`
    }`;

  const messageBranch = (columns: Fragment, condition: Fragment, limit: number): Fragment => sql`
    select ${columns} from messages message
    where message.tenant_id = ${tenant} ${condition} ${between(sql`message.id`)}
    order by message.id ${order} limit ${literal(sql, limit)}`;
  const deliveryBranch = (condition: Fragment, limit: number): Fragment => sql`
    select delivery.message_id as id from deliveries delivery
    where delivery.tenant_id = ${tenant} ${condition} ${between(sql`delivery.message_id`)}
    order by delivery.message_id ${order} limit ${literal(sql, limit)}`;
  /** Several index ranges, merged in order. */
  const merged = (branches: Fragment[], limit: number, place: "id" | "place"): Fragment => sql`
    select * from (${branches.map((one) => sql`(${one})`).reduce((all, one) => sql`${all} union all ${one}`)}) one
    order by ${sql(place)} ${order} limit ${literal(sql, limit)}`;
  const byIds = (ids: (limit: number) => Fragment): MessageStream => ({
    // Its index gives no more than the id, and the message lies where no neighbour has been read.
    lookUps: 3,
    ids,
    // A look-up each, whatever the planner thinks of their number.
    rows: (limit) => sql`
      select message.*, found.id as place from (${ids(limit)}) found
      cross join lateral (
        select * from messages whole where whole.tenant_id = ${tenant} and whole.id = found.id limit 1
      ) message`,
  });

  return {
    /** Messages of which any of the conditions holds, and never two of them. */
    ofMessages(...conditions: Fragment[]): MessageStream {
      const by = (columns: Fragment, place: "id" | "place") => (limit: number) => {
        const [first = sql``, ...more] = conditions.map((one) => messageBranch(columns, one, limit));
        return more.length === 0 ? first : merged([first, ...more], limit, place);
      };
      return {
        lookUps: 1,
        rows: by(sql`message.*, message.id as place`, "place"),
        ids: by(sql`message.id`, "id"),
      };
    },
    /** Messages whose delivery meets one of the conditions. */
    ofDeliveries(...conditions: Fragment[]): MessageStream {
      return byIds((limit) => {
        const [first = sql``, ...more] = conditions.map((one) => deliveryBranch(one, limit));
        return more.length === 0 ? first : merged([first, ...more], limit, "id");
      });
    },
    /** The same where no index has their order: all of them, sorted. */
    ofSortedDeliveries(condition: Fragment): MessageStream {
      return byIds(
        (limit) => sql`
          select id from (
            select delivery.message_id as id from deliveries delivery
            where delivery.tenant_id = ${tenant} ${condition} ${between(sql`delivery.message_id`)}
            offset 0
          ) unsorted
          order by id ${order} limit ${literal(sql, limit)}`,
      );
    },
  };
}

/** Each index range that has all messages the filters let through. */
function streamsOf(sql: Sql, actor: Actor, filters: MessageFilters, make: StreamMaker): MessageStream[] {
  const { status, handling, priority, from, to, either, correlationId } = filters;
  const streams: MessageStream[] = [];
  const ofParty = (mailbox: MailboxId): MessageStream => {
    const id = toUuid(mailbox);
    return make.ofMessages(
      sql`and message.sender_id = ${id}`,
      sql`and message.recipient_id = ${id} and message.sender_id <> ${id}`,
    );
  };
  if (correlationId !== undefined)
    streams.push(make.ofMessages(sql`and message.correlation_id = ${correlationId}`));
  if (status !== undefined && isProblem(status))
    streams.push(
      make.ofDeliveries(...problemsOf(status).map((one) => sql`and delivery.status = ${literal(sql, one)}`)),
    );
  if (handling === "leased" || handling === "dead")
    streams.push(make.ofDeliveries(sql`and delivery.handling = ${literal(sql, handling)}`));
  if (priority !== undefined && priority !== "normal")
    streams.push(make.ofMessages(sql`and message.priority = ${literal(sql, priority)}`));
  if (from !== undefined) streams.push(make.ofMessages(sql`and message.sender_id = ${toUuid(from)}`));
  if (to !== undefined) streams.push(make.ofMessages(sql`and message.recipient_id = ${toUuid(to)}`));
  if (either !== undefined) streams.push(ofParty(either));
  const type = typeOf(filters);
  if (type !== undefined) streams.push(make.ofMessages(sql`and message.type = ${literal(sql, type)}`));
  // An agent sees what it sent and received, of which it has a stream of its own.
  const own = ownMailboxId(actor);
  if (actor.kind === "agent" && own !== undefined) streams.push(ofParty(own));
  return streams;
}

/** What is on its way, where that is not too much to be sorted. */
async function inFlightStream(
  sql: Sql,
  actor: Actor,
  { status, to }: MessageFilters,
  make: StreamMaker,
): Promise<MessageStream | undefined> {
  if (status !== "pending" && status !== "sent") return undefined;
  const condition = sql`
    and delivery.status = ${literal(sql, status)}
    ${to === undefined ? sql`` : sql`and delivery.recipient_id = ${toUuid(to)}`}`;
  const [counted] = await sql<{ count: string }[]>`
    select count(*) from (
      select from deliveries delivery
      where delivery.tenant_id = ${toUuid(actor.tenantId)} ${condition}
      limit ${literal(sql, sortedInFlight + 1)}
    ) counted`;
  return Number(counted?.count) <= sortedInFlight ? make.ofSortedDeliveries(condition) : undefined;
}

/** Filtered by kind is by type: each type has one. */
export function typeOf({ type, kind }: MessageFilters): MessageType | undefined {
  return type ?? messageTypes.find((one) => kindOfType[one] === kind);
}

function sinceOf({ window, since }: MessageFilters, nowMs: number): number | undefined {
  const times = [
    ...(window === undefined ? [] : [nowMs - windowMs[window]]),
    ...(since === undefined ? [] : [Date.parse(since)]),
  ];
  return times.length === 0 ? undefined : Math.max(...times);
}

export type ProblemStatus = "problem" | (typeof problemStatuses)[number];

export const isProblem = (status: ListedStatus): status is ProblemStatus =>
  status === "problem" || problemStatuses.some((problem) => problem === status);

/** The statuses as they are stored. */
export const problemsOf = (status: ProblemStatus): readonly (typeof problemStatuses)[number][] =>
  status === "problem" ? problemStatuses : [status];
