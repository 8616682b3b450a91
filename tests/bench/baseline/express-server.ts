/**
 * What a competent plain server does (DESIGN: figures to meet): Express 4, pg with a pool of 10 and
 * named statements, the same tables, indexes, durability, authentication and validation. Four
 * statements per send; an inbox page by COUNT and OFFSET. Run as its own process: `DATABASE_SYSTEM_URL=… tsx express-server.ts`.
 */
import { createServer } from "node:http";
import express, { type Request } from "express";
import pg from "pg";
import { digestSecret, isWellFormedApiKey } from "#app/domain/auth/secrets.server.ts";
import { inboxQuerySchema, kindOfType, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { type AgentId, newUuid, parseId, toTypeId, toUuid } from "#db/ids.ts";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_SYSTEM_URL, max: 10 });

interface Sender {
  tenantUuid: string;
  agentUuid: string;
  agentId: AgentId;
  agentName: string;
  scopes: string[];
}

/** Signalbox trusts a key that it has found for a second, so the baseline may as well. */
const KEY_TTL_MS = 1_000;
const known = new Map<string, { sender: Sender; staleAtMs: number }>();

async function authenticate(request: Request): Promise<Sender | undefined> {
  const key = /^Bearer (\S+)$/.exec(request.get("authorization") ?? "")?.[1];
  if (key === undefined || !isWellFormedApiKey(key)) return undefined;
  const hash = digestSecret(key);
  const hex = hash.toString("hex");
  const entry = known.get(hex);
  if (entry !== undefined && entry.staleAtMs > performance.now()) return entry.sender;
  const { rows } = await pool.query({
    name: "key",
    text: `select k.tenant_id, k.agent_id, a.name, k.scopes
      from api_keys k
      join agents a on a.tenant_id = k.tenant_id and a.id = k.agent_id
      join tenants t on t.id = k.tenant_id
      where k.key_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
        and t.status = 'active'`,
    values: [hash],
  });
  const [row] = rows;
  if (row === undefined) return undefined;
  const sender: Sender = {
    tenantUuid: row.tenant_id,
    agentUuid: row.agent_id,
    agentId: toTypeId("agt", row.agent_id),
    agentName: row.name,
    scopes: row.scopes,
  };
  known.set(hex, { sender, staleAtMs: performance.now() + KEY_TTL_MS });
  return sender;
}

const app = express();
app.use(express.json({ limit: "1mb" }));

app.post("/api/messaging/send", (request, response, next) => {
  send(request).then(({ status, body }) => response.status(status).json(body), next);
});

async function send(request: Request): Promise<{ status: number; body: unknown }> {
  const sender = await authenticate(request);
  if (sender === undefined) return { status: 401, body: { title: "Sign-in needed" } };
  if (!sender.scopes.includes("messages:send")) return { status: 403, body: { title: "Not allowed" } };
  const parsed = sendMessageSchema.safeParse(request.body);
  if (!parsed.success) return { status: 400, body: { errors: parsed.error.issues } };
  const { senderId, recipientId, type, payload, priority, correlationId } = parsed.data;
  if (senderId !== undefined && senderId !== sender.agentId)
    return { status: 403, body: { title: "Not this sender's key" } };
  const recipient = parseId(recipientId, "agt");
  if (recipient === undefined) return { status: 404, body: { title: "Not found" } };
  const recipientUuid = toUuid(recipient);

  const edge = await pool.query({
    name: "edge",
    text: "select 1 from allowlist_edges where tenant_id = $1 and sender_id = $2 and recipient_id = $3",
    values: [sender.tenantUuid, sender.agentUuid, recipientUuid],
  });
  if (edge.rowCount === 0) return { status: 403, body: { title: "Blocked by the allowlist" } };

  const uuid = newUuid();
  const messageId = toTypeId("msg", uuid);
  const conversation = correlationId ?? messageId;
  await pool.query({
    name: "insert-pending",
    text: `with message as (
        insert into messages (tenant_id, id, sender_kind, sender_id, recipient_kind, recipient_id, type, kind,
          priority, payload, correlation_id)
        values ($1, $2, 'agent', $3, 'agent', $4, $5, $6, $7, $8, $9)
      )
      insert into deliveries (tenant_id, message_id, recipient_id, status, priority_rank)
      values ($1, $2, $4, 'pending', 2)`,
    values: [
      sender.tenantUuid,
      uuid,
      sender.agentUuid,
      recipientUuid,
      type,
      kindOfType[type],
      priority,
      JSON.stringify(payload),
      conversation,
    ],
  });
  const delivered = await pool.query({
    name: "update-delivered",
    text: `update deliveries set status = 'delivered', delivered_at = now()
      where tenant_id = $1 and message_id = $2 returning delivered_at`,
    values: [sender.tenantUuid, uuid],
  });
  await pool.query({
    name: "insert-audit",
    text: `insert into audit_events (tenant_id, id, actor_kind, actor_id, actor_name, action, resource_type,
        resource_id, status, request_id, correlation_id, details)
      values ($1, $2, 'agent', $3, $4, 'message.sent', 'message', $5, 'success', $6, $7, $8)`,
    values: [
      sender.tenantUuid,
      newUuid(),
      sender.agentId,
      sender.agentName,
      messageId,
      newUuid(),
      conversation,
      JSON.stringify({ type, recipientId }),
    ],
  });
  const deliveredAt = delivered.rows[0]?.delivered_at.toISOString();
  return { status: 201, body: { messageId, status: "delivered", deliveredAt, correlationId: conversation } };
}

app.get("/api/messaging/inbox/:mailboxId", (request, response, next) => {
  readInbox(request).then(({ status, body }) => response.status(status).json(body), next);
});

async function readInbox(request: Request): Promise<{ status: number; body: unknown }> {
  const reader = await authenticate(request);
  if (reader === undefined) return { status: 401, body: { title: "Sign-in needed" } };
  if (!reader.scopes.includes("messages:read")) return { status: 403, body: { title: "Not allowed" } };
  const parsed = inboxQuerySchema.safeParse(request.query);
  if (!parsed.success) return { status: 400, body: { errors: parsed.error.issues } };
  if (request.params.mailboxId !== reader.agentId) return { status: 404, body: { title: "Not found" } };
  const { page = 1, limit } = parsed.data;

  const counted = await pool.query({
    name: "count",
    text: `select count(*)::int as total from messages
      where tenant_id = $1 and recipient_id = $2 and sequence is not null`,
    values: [reader.tenantUuid, reader.agentUuid],
  });
  const { rows } = await pool.query({
    name: "page",
    text: `select m.id, m.sequence, m.sender_id, s.name as sender_name, m.recipient_id, r.name as recipient_name,
        m.type, m.kind, m.priority, m.payload, m.correlation_id, m.reply_to, m.created_at, m.expires_at,
        d.status, d.handling, d.reason, d.delivered_at
      from messages m
      join deliveries d on d.tenant_id = m.tenant_id and d.message_id = m.id
      left join agents s on s.tenant_id = m.tenant_id and s.id = m.sender_id
      left join agents r on r.tenant_id = m.tenant_id and r.id = m.recipient_id
      where m.tenant_id = $1 and m.recipient_id = $2 and m.sequence is not null
      order by m.sequence desc limit $3 offset $4`,
    values: [reader.tenantUuid, reader.agentUuid, limit, (page - 1) * limit],
  });
  const messages = rows.map((row) => {
    const [senderId, recipientId] = [toTypeId("agt", row.sender_id), toTypeId("agt", row.recipient_id)];
    return {
      id: toTypeId("msg", row.id),
      sequence: Number(row.sequence),
      sender: { id: senderId, kind: "agent", name: row.sender_name },
      recipient: { id: recipientId, kind: "agent", name: row.recipient_name },
      senderId,
      recipientId,
      type: row.type,
      kind: row.kind,
      priority: row.priority,
      payload: row.payload,
      correlationId: row.correlation_id,
      replyTo: row.reply_to === null ? null : toTypeId("msg", row.reply_to),
      status: row.status,
      handling: row.handling,
      reason: row.reason,
      createdAt: row.created_at.toISOString(),
      deliveredAt: row.delivered_at?.toISOString() ?? null,
      expiresAt: row.expires_at?.toISOString() ?? null,
    };
  });
  const total = counted.rows[0]?.total;
  return {
    status: 200,
    body: {
      messages,
      pagination: { total, totalIsExact: true, page, limit },
      cursor: messages[0]?.sequence ?? 0,
    },
  };
}

const server = createServer(app).listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null)
    process.send?.({ origin: `http://127.0.0.1:${address.port}` });
});
