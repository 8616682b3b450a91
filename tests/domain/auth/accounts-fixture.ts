import { emailChangeToken } from "#app/domain/auth/mailed-links.ts";
import { type OneTimeTokenId, toTypeId } from "#db/ids.ts";
import type { TestDatabase } from "#tests/setup/database.ts";
import { mailServices } from "#tests/setup/mail-services.ts";

export const { linkTokens } = mailServices();

/** The mails that were asked for and wait: which, and the link's token where it has one. */
export async function askedMails(
  database: TestDatabase,
): Promise<{ mail: string; token: string | undefined }[]> {
  const jobs = await database.owner<{ payload: { mail: string; tokenId?: OneTimeTokenId } }[]>`
    select payload from graphile_worker._private_jobs jobs
    join graphile_worker._private_tasks tasks on tasks.id = jobs.task_id
    where tasks.identifier = 'send-mail' order by jobs.id`;
  return jobs.map(({ payload }) => ({
    mail: payload.mail,
    token: payload.tokenId && tokenOf(payload.mail, payload.tokenId),
  }));
}

const tokenOf = (mail: string, tokenId: OneTimeTokenId): string =>
  mail === "change-email" ? emailChangeToken(linkTokens, tokenId) : linkTokens.of(tokenId);

interface RecordedEvent {
  tenantId: string;
  action: string;
  status: string;
  actor_id: string | null;
  details: Record<string, unknown>;
}

/** The audit events about a person or an organisation, the oldest first; not the sign-ins that tests try in vain. */
export async function eventsOf(database: TestDatabase, resourceId: string): Promise<RecordedEvent[]> {
  const rows = await database.owner<(Omit<RecordedEvent, "tenantId"> & { tenant_id: string })[]>`
    select tenant_id, action, status, actor_id, details from audit_events
    where resource_id = ${resourceId} and action <> 'auth.login.failed' order by id`;
  return rows.map(({ tenant_id, ...event }) => ({ ...event, tenantId: toTypeId("ten", tenant_id) }));
}
