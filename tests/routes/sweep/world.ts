import type { UserActor } from "#app/domain/auth/actor.ts";
import { createApiKey } from "#app/domain/auth/create-api-key.server.ts";
import { createSession } from "#app/domain/auth/create-session.server.ts";
import { createTenant } from "#app/domain/auth/create-tenant.server.ts";
import type { Role } from "#app/domain/auth/scopes.ts";
import { startApiSession } from "#app/domain/auth/start-api-session.server.ts";
import { addAllowlistEdge } from "#app/domain/messaging/add-allowlist-edge.server.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { placeHold } from "#app/domain/retention/place-hold.server.ts";
import { requestErasure } from "#app/domain/retention/request-erasure.server.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";
import {
  type AgentId,
  type ApiKeyId,
  type Id,
  type IdPrefix,
  type MessageId,
  newId,
  newUuid,
  type TenantId,
  toTypeId,
  toUuid,
  type UserId,
} from "#db/ids.ts";
import type { TestServer } from "#tests/setup/server.ts";
import { aRequest } from "#tests/setup/tenant-fixture.ts";
import { addAlerts } from "./add-alerts.ts";
import { addChannels } from "./add-channels.ts";

/** What samples name; each a thing of its own, so that what changes one leaves the others be. */
export const things = {
  agent: "agt",
  otherAgent: "agt",
  claimingAgent: "agt",
  pushedAgent: "agt",
  message: "msg",
  deadMessage: "msg",
  escalation: "msg",
  leasedMessage: "msg",
  lease: "lse",
  key: "key",
  spareKey: "key",
  member: "mem",
  adminMember: "mem",
  spareMember: "mem",
  thirdMember: "mem",
  fourthMember: "mem",
  memberUser: "usr",
  desk: "dsk",
  hold: "hld",
  spareHold: "hld",
  thirdHold: "hld",
  erasure: "ers",
  invitation: "inv",
  spareInvitation: "inv",
  event: "evt",
  verification: "vrf",
  archive: "arc",
  invoice: "bil",
  session: "ses",
  spareSession: "ses",
  adminSession: "ses",
  tenant: "ten",
  budget: "bgt",
  spareBudget: "bgt",
  reservation: "rsv",
  spareReservation: "rsv",
  alert: "alr",
  channel: "chn",
  spareChannel: "chn",
  hook: "chn",
  notice: "ntf",
  foundAlert: "alr",
  rule: "rul",
  spareRule: "rul",
  silence: "sil",
  spareSilence: "sil",
  /** The client's own name for it, no id of the server's. */
  conversation: null,
} as const satisfies Record<string, IdPrefix | null>;
export type Thing = keyof typeof things;

export type Person = "admin" | "developer" | "member";

/** A tenant with one of everything, every text of which has its marker in it. */
export interface World {
  tenantId: TenantId;
  marker: string;
  /** Free of the marker, since who asks says them. */
  ids: Record<Thing, string>;
  /** Headers that make a request this person's. */
  people: Record<Person | "platformAdmin", Record<string, string>>;
  actors: Record<Person, UserActor>;
  /** An agent's key, with the rights that keys have by default. */
  agentKey: string;
  keys: { revoked: string; expired: string };
  sessions: { revoked: Record<string, string>; expired: Record<string, string> };
  /** Access tokens that do not hold any more, or stand for what does not; and two that do. */
  tokens: {
    expired: string;
    ofEndedSession: string;
    ofRevokedKey: string;
    ofDeveloper: string;
    ofAgent: string;
  };
  /** New sessions for its people: some routes end those that they had. */
  signInAgain(): Promise<void>;
}

/** Builds the tenant. A marker is lower case, so that it also fits addresses. */
export async function buildWorld({ runtime, database }: TestServer, marker: string): Promise<World> {
  const { db } = runtime;
  const sql = database.owner;
  const { tenantId, adminId } = await createTenant(db, {
    name: `${marker} tenant`,
    slug: `${marker}-slug`,
    admin: { email: `admin@${marker}.example`, name: `${marker} Admin`, password: "correct horse battery" },
    request: null,
  });
  const tenant = toUuid(tenantId);
  const origin = runtime.env.http.origin;

  const signIn = async (userId: UserId) => {
    const { id, token } = await db.asSystem((tx) =>
      createSession(tx, { tenantId, userId, userAgent: `${marker} browser`, ipHash: null }),
    );
    const cookie = (await keepSessionToken(token, { runtime })).split(";")[0] ?? "";
    return { id, token, headers: { Cookie: cookie, Origin: origin } };
  };
  const addPerson = async (role: Role, name: string = role) => {
    const [user, membership] = [newUuid(), newUuid()];
    await sql`insert into users (id, email, name) values (${user}, ${`${name}@${marker}.example`}, ${`${marker} ${name}`})`;
    await sql`insert into memberships (tenant_id, id, user_id, role) values (${tenant}, ${membership}, ${user}, ${role})`;
    await sql`insert into mailboxes (tenant_id, id, kind) values (${tenant}, ${membership}, 'member')`;
    return { userId: toTypeId("usr", user), memberId: toTypeId("mem", membership) };
  };
  const actorOf = async (token: string): Promise<UserActor> => {
    const actor = await runtime.credentials.resolveSession(token);
    if (actor === undefined) throw new Error("a person's session does not resolve");
    return actor;
  };
  const { userId: developerUser } = await addPerson("developer");
  const { userId: memberUser } = await addPerson("member");
  const { userId: platformUser } = await addPerson("tenant_admin", "platform");
  await sql`update users set platform_admin = true where id = ${toUuid(platformUser)}`;
  const [spare, third, fourth] = [
    await addPerson("member", "spare"),
    await addPerson("member", "third"),
    await addPerson("member", "fourth"),
  ];
  const users = {
    ...{ admin: adminId, developer: developerUser, member: memberUser },
    platformAdmin: platformUser,
  };
  const [admin, developer, member, revoked, expired] = [
    await signIn(adminId),
    await signIn(developerUser),
    await signIn(memberUser),
    await signIn(adminId),
    await signIn(adminId),
  ];
  const [session, spareSession, adminSession] = [
    await signIn(spare.userId),
    await signIn(spare.userId),
    await signIn(adminId),
  ];
  const actors = {
    admin: await actorOf(admin.token),
    developer: await actorOf(developer.token),
    member: await actorOf(member.token),
  };
  await sql`update sessions set revoked_at = now() where id = ${toUuid(revoked.id)}`;
  await sql`update sessions set expires_at = now() - interval '1 second' where id = ${toUuid(expired.id)}`;

  const addAgent = async (name: string) => {
    const input = {
      name: `${marker} ${name}`,
      description: `${marker} does things`,
      modelTier: "sonnet" as const,
      thinkingMode: "off" as const,
    };
    return (await createAgent(db, actors.admin, input, aRequest)).id;
  };
  const agent = await addAgent("agent");
  const otherAgent = await addAgent("other agent");
  const claimingAgent = await addAgent("claiming agent");
  const pushedAgent = await addAgent("pushed agent");
  await sql`update mailboxes set mode = 'claim' where id = ${toUuid(claimingAgent)}`;
  const sealed = runtime.push.secrets.seal(`${tenantId} ${pushedAgent}`, `whsec_${marker}`);
  await sql`insert into endpoints (tenant_id, agent_id, url, secret)
            values (${tenant}, ${toUuid(pushedAgent)}, ${`https://${marker}.example/hook`}, ${sealed})`;
  for (const [senderId, recipientId] of [
    [agent, otherAgent],
    [agent, claimingAgent],
  ] as const)
    await addAllowlistEdge(db, actors.admin, { senderId, recipientId }, aRequest);

  const addKey = (agentId: AgentId, name: string) =>
    createApiKey(db, actors.admin, { name: `${marker} ${name}`, agentId }, aRequest);
  const [key, spareKey, revokedKey, expiredKey] = [
    await addKey(agent, "key"),
    await addKey(otherAgent, "spare key"),
    await addKey(agent, "revoked key"),
    await addKey(agent, "expired key"),
  ];
  await sql`update api_keys set revoked_at = now() where id = ${toUuid(revokedKey.id)}`;
  await sql`update api_keys set expires_at = now() - interval '1 second' where id = ${toUuid(expiredKey.id)}`;

  const issue = async (keyId: ApiKeyId, seconds: number) =>
    (await runtime.tokens.issueForAgent({ tenantId, agentId: agent, keyId }, seconds)).token;
  const ended = await startApiSession(runtime, {
    ...{ tenantId, userId: adminId, userAgent: `${marker} client` },
    request: aRequest,
  });
  await sql`update sessions set revoked_at = now() where tenant_id = ${tenant} and kind = 'api'`;
  const livingTokens = async () => {
    const session = await startApiSession(runtime, {
      ...{ tenantId, userId: developerUser, userAgent: `${marker} client`, request: aRequest },
    });
    return { ofDeveloper: session.accessToken, ofAgent: await issue(key.id, 600) };
  };
  const tokens = {
    expired: await issue(key.id, -1),
    ofEndedSession: ended.accessToken,
    ofRevokedKey: await issue(revokedKey.id, 600),
    ...(await livingTokens()),
  };

  const asAgent = await runtime.credentials.resolveApiKey(key.key);
  if (asAgent === undefined) throw new Error("the agent's key does not resolve");
  const correlationId = `a-conversation-of-${tenantId.slice(-6)}`;
  const say = async (recipientId: AgentId | "operators", type: "status_update" | "escalation") => {
    const payload =
      type === "escalation"
        ? { reason: `${marker} needs help`, severity: "high" as const }
        : { status: `${marker} runs`, detail: `${marker} detail` };
    const send = sendMessageSchema.parse({ recipientId, type, payload, correlationId });
    const { messageId } = await runtime.sender.send(asAgent, send, {
      idempotencyKey: null,
      request: aRequest,
    });
    return messageId;
  };
  const message = await say(otherAgent, "status_update");
  const deadMessage = await say(otherAgent, "status_update");
  const escalation = await say("operators", "escalation");
  const leasedMessage = await say(claimingAgent, "status_update");
  const lease = newId("lse");
  await sql`update deliveries set handling = 'dead', reason = 'leases_used_up' where message_id = ${toUuid(deadMessage)}`;
  await sql`update deliveries set handling = 'leased', leases = 1, lease_id = ${toUuid(lease)}, available_at = now() + interval '1 hour'
            where message_id = ${toUuid(leasedMessage)}`;

  const holdOn = (messageId: MessageId) =>
    placeHold(db, actors.admin, { messageId, reason: `${marker} claim` }, aRequest);
  const [hold, spareHold, thirdHold] = [
    await holdOn(message),
    await holdOn(deadMessage),
    await holdOn(leasedMessage),
  ];
  const erasure = await requestErasure(
    db,
    actors.admin,
    { subjectId: otherAgent, includeReceived: false, reason: `${marker} request` },
    aRequest,
  );
  const invite = async (name: string) => {
    const id = newId("inv");
    await sql`insert into invitations (tenant_id, id, email, role, token_hash, expires_at)
              values (${tenant}, ${toUuid(id)}, ${`${name}@${marker}.example`}, 'member', ${Buffer.from(id)}, now() + interval '1 day')`;
    return id;
  };
  const [invitation, spareInvitation] = [await invite("guest"), await invite("other-guest")];
  const [verification, archive] = [newId("vrf"), newId("arc")];
  await sql`insert into audit_verifications (tenant_id, id, state, requested_by_name)
            values (${tenant}, ${toUuid(verification)}, 'intact', ${`${marker} Admin`})`;
  const digest = Buffer.from(marker);
  await sql`insert into audit_archives (
              tenant_id, id, state, first_sequence, last_sequence, events, from_at, to_at, last_digest, file, bytes, sha256
            ) values (
              ${tenant}, ${toUuid(archive)}, 'written', 1, 1, 1, now(), now(), ${digest}, ${`${marker}.gz`}, 1, ${digest}
            )`;
  const invoice = newId("bil");
  await sql`insert into invoices (tenant_id, id, sequence, number, period, plan, total_micros, lines, billed_to)
            values (
              ${tenant}, ${toUuid(invoice)}, (select coalesce(max(sequence), 0) + 1 from invoices), ${`INV-${marker}`},
              '2024-01-01', 'starter', 99000000, '[]', ${`${marker} tenant`}
            )`;
  const addBudget = async (agentId: AgentId) => {
    const id = newId("bgt");
    await sql`insert into budgets (tenant_id, id, agent_id, amount_micros)
              values (${tenant}, ${toUuid(id)}, ${toUuid(agentId)}, 1000000000)`;
    return id;
  };
  const [budget, spareBudget] = [await addBudget(agent), await addBudget(pushedAgent)];
  const addReservation = async () => {
    const id = newId("rsv");
    await sql`insert into reservations (tenant_id, id, agent_id, period, amount_micros, run_id, expires_at)
              values (${tenant}, ${toUuid(id)}, ${toUuid(agent)}, date_trunc('month', now()), 1, ${`${marker} run`},
                now() + interval '1 day')`;
    return id;
  };
  const [reservation, spareReservation] = [await addReservation(), await addReservation()];
  const { alert, channel, spareChannel, hook, notice } = await addChannels(sql, runtime.push.secrets, {
    ...{ tenantId, marker },
  });
  const alerts = await addAlerts(sql, { tenantId, marker, agentId: agent });
  const [event] = await sql`select id from audit_events where tenant_id = ${tenant} limit 1`;
  const [desk] = await sql`select id from mailboxes where tenant_id = ${tenant} and kind = 'desk'`;

  const people = {
    admin: admin.headers,
    developer: developer.headers,
    member: member.headers,
    platformAdmin: (await signIn(platformUser)).headers,
  };
  return {
    tenantId,
    marker,
    people,
    actors,
    agentKey: key.key,
    keys: { revoked: revokedKey.key, expired: expiredKey.key },
    sessions: { revoked: revoked.headers, expired: expired.headers },
    tokens,
    async signInAgain() {
      for (const name of ["admin", "developer", "member", "platformAdmin"] as const)
        people[name] = (await signIn(users[name])).headers;
      Object.assign(tokens, await livingTokens());
    },
    ids: {
      ...{ agent, otherAgent, claimingAgent, pushedAgent },
      ...{ message, deadMessage, escalation, leasedMessage, lease },
      ...{ key: key.id, spareKey: spareKey.id },
      ...{
        adminMember: actors.admin.membershipId,
        member: actors.member.membershipId,
        spareMember: spare.memberId,
        thirdMember: third.memberId,
        fourthMember: fourth.memberId,
        memberUser,
      },
      ...{ session: session.id, spareSession: spareSession.id, adminSession: adminSession.id },
      desk: toTypeId("dsk", String(desk?.id)),
      ...{
        hold: hold.id,
        spareHold: spareHold.id,
        thirdHold: thirdHold.id,
        erasure: erasure.id,
        invitation,
        spareInvitation,
        event: toTypeId("evt", String(event?.id)),
        verification,
        archive,
        invoice,
        tenant: tenantId,
        ...{ budget, spareBudget, reservation, spareReservation },
        ...{ alert, channel, spareChannel, hook, notice },
        ...alerts,
        conversation: correlationId,
      },
    },
  };
}

/** The same id with its last bits turned: it sorts in the same place, and names nothing. */
export function twinOf(id: string): Id<IdPrefix> {
  const last = id.at(-1) === "0" ? "1" : "0";
  return `${id.slice(0, -1)}${last}` as Id<IdPrefix>;
}

/**
 * SQL by table: what the service makes of somebody else's asking by itself, and tells the tenant: an alert
 * of its evaluator's begins with its rule's id.
 */
const foundAlerts = "alert_id in (select id from alerts where starts_with(fingerprint, 'rul_'))";
const madeByItself: Record<string, string> = {
  alerts: "starts_with(fingerprint, 'rul_')",
  alert_entries: foundAlerts,
  alert_events: foundAlerts,
  alert_deliveries: foundAlerts,
  alert_hits: "true",
  alert_rules: "built_in",
};

/**
 * All that the database has of a tenant but its audit trail, what is found in that, and when credentials
 * were last used.
 */
export async function digestOf(
  { database }: TestServer,
  tenantId: TenantId,
): Promise<Record<string, string>> {
  const tables = await database.owner<{ name: string; key: string }[]>`
    select c.relname as name, case when c.relname = 'tenants' then 'id' else 'tenant_id' end as key
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and (c.relname = 'tenants' or exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
      ))
      and c.relname not like 'audit_%' order by 1`;
  const digests: Record<string, string> = {};
  for (const { name, key } of tables) {
    const [row] = await database.owner.unsafe<{ digest: string }[]>(
      `select count(*) || ' ' || coalesce(md5(string_agg(text, '|' order by text)), '') as digest
       from (select (to_jsonb(t) - 'last_used_at')::text as text from ${name} t
             where ${key} = $1 and (${madeByItself[name] ?? "false"}) is not true) rows`,
      [toUuid(tenantId)],
    );
    digests[name] = row?.digest ?? "";
  }
  const [people] = await database.owner<{ digest: string }[]>`
    select md5(string_agg(u::text, '|' order by u.id)) as digest from users u
    join memberships m on m.user_id = u.id where m.tenant_id = ${toUuid(tenantId)}`;
  return { ...digests, users: people?.digest ?? "" };
}
