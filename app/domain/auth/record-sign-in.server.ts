import type { Tx } from "#db/database.ts";
import type { SessionId } from "#db/ids.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import type { RequestInfo } from "./actor.ts";
import type { CheckedPerson } from "./check-password.server.ts";
import { settleSignIn } from "./settle-sign-in.server.ts";

export interface RecordSignInOptions {
  person: CheckedPerson;
  sessionId: SessionId;
  client: "browser" | "api";
  request: RequestInfo;
}

/** Records a sign-in on the transaction that begins its session, and settles the attempt that it was. */
export async function recordSignIn(
  tx: Tx,
  { person, sessionId, client, request }: RecordSignInOptions,
): Promise<void> {
  const settled = await settleSignIn(tx, person, request);
  await recordAudit(tx, {
    tenantId: person.tenantId,
    actor: { kind: "user", id: person.userId, name: person.name },
    action: "auth.login.succeeded",
    resource: { id: sessionId },
    request,
    details: { method: "password", role: person.role, client, ...settled },
  });
}
