import type { Actor, AgentActor, RequestInfo, UserActor } from "#app/domain/auth/actor.ts";
import { createTenant, insertMembership, insertUser } from "#app/domain/auth/create-tenant.server.ts";
import { scopesOfRole } from "#app/domain/auth/scopes.ts";
import { createAgent } from "#app/domain/messaging/create-agent.server.ts";
import { type SendMessage, type SendMessageInput, sendMessageSchema } from "#app/domain/messaging/schema.ts";
import { type AgentId, type DeskId, newId, newUuid, type TenantId, toTypeId, toUuid } from "#db/ids.ts";
import type { TestDatabase } from "#tests/setup/database.ts";

export const request: RequestInfo = { requestId: "req-test", ipHash: null };

/** A tenant with an admin, and agents made on demand. */
export interface Fleet {
  tenantId: TenantId;
  deskId: DeskId;
  admin: UserActor;
  addAgent(name: string): Promise<AgentActor>;
  addPerson(name: string, role?: "tenant_admin" | "developer" | "member"): Promise<UserActor>;
  allow(sender: AgentActor, ...recipients: AgentActor[]): Promise<void>;
  forbid(sender: AgentActor, recipient: AgentActor): Promise<void>;
  pause(agent: AgentActor): Promise<void>;
}

export async function createFleet({ db, owner }: TestDatabase, name = "Acme"): Promise<Fleet> {
  const slug = `${name.toLowerCase()}-${newUuid().slice(-8)}`;
  const { tenantId, adminId, membershipId } = await createTenant(db, {
    name,
    slug,
    admin: { email: `admin@${slug}.test`, name: "Ada Admin", password: "correct horse battery" },
    request: null,
  });
  const tenantUuid = toUuid(tenantId);
  const [desk] = await owner<{ id: string }[]>`
    select id from mailboxes where tenant_id = ${tenantUuid} and kind = 'desk'`;
  if (desk === undefined) throw new Error("the tenant has no desk");

  const person = (
    id: UserActor["id"],
    membership: UserActor["membershipId"],
    personName: string,
    role: UserActor["role"],
  ): UserActor => ({
    kind: "user",
    id,
    membershipId: membership,
    tenantId,
    name: personName,
    role,
    platformAdmin: false,
    scopes: new Set(scopesOfRole[role]),
    credential: { kind: "session", id: newId("ses") },
  });
  const admin = person(adminId, membershipId, "Ada Admin", "tenant_admin");

  return {
    tenantId,
    deskId: toTypeId("dsk", desk.id),
    admin,
    async addAgent(agentName) {
      const { id } = await createAgent(
        db,
        admin,
        { name: agentName, modelTier: "sonnet", thinkingMode: "off" },
        null,
      );
      return agentActor(tenantId, id, agentName);
    },
    async addPerson(personName, role = "member") {
      const { userId, memberId } = await db.asSystem(async (tx) => {
        const email = `${newUuid()}@${slug}.test`;
        const userId = await insertUser(tx, admin, {
          email,
          name: personName,
          passwordHash: "none",
          platformAdmin: false,
          request: null,
        });
        return { userId, memberId: await insertMembership(tx, admin, { userId, role, request: null }) };
      });
      return person(userId, memberId, personName, role);
    },
    async allow(sender, ...recipients) {
      for (const recipient of recipients)
        await owner`
          insert into allowlist_edges (tenant_id, sender_id, recipient_id)
          values (${tenantUuid}, ${toUuid(sender.id)}, ${toUuid(recipient.id)})`;
    },
    async forbid(sender, recipient) {
      await owner`
        delete from allowlist_edges
        where sender_id = ${toUuid(sender.id)} and recipient_id = ${toUuid(recipient.id)}`;
    },
    async pause(agent) {
      await owner`update agents set status = 'paused' where id = ${toUuid(agent.id)}`;
    },
  };
}

export const agentActor = (tenantId: TenantId, id: AgentId, name: string): AgentActor => ({
  kind: "agent",
  id,
  tenantId,
  name,
  scopes: new Set(["messages:read", "messages:send"]),
  credential: { kind: "key", id: newId("key") },
});

/** A small valid send, as its route would hand it on. */
export const statusUpdate = (
  recipientId: SendMessageInput["recipientId"],
  envelope: Partial<Omit<SendMessageInput, "type" | "payload" | "recipientId">> = {},
  status = "working",
): SendMessage =>
  sendMessageSchema.parse({ ...envelope, recipientId, type: "status_update", payload: { status } });

/** How many rows of a table name this tenant. */
export async function countRows({ owner }: TestDatabase, table: string, actor: Actor): Promise<number> {
  const [row] = await owner<{ count: string }[]>`
    select count(*) from ${owner(table)} where tenant_id = ${toUuid(actor.tenantId)}`;
  return Number(row?.count);
}

/** The audit events about a resource, oldest first. */
export const auditOf = ({ owner }: TestDatabase, resourceId: string) => owner`
  select * from audit_events where resource_id = ${resourceId} order by occurred_at, id`;
