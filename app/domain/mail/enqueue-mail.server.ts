import type { Tx } from "#db/database.ts";
import { newUuid } from "#db/ids.ts";
import type { MailRequest } from "#jobs/catalog.ts";
import { enqueueJob } from "#jobs/enqueue.ts";

/**
 * Asks for a mail on the transaction of the change that it tells of. It is made when it is sent, from the
 * rows that the request names, so that no secret waits in the queue.
 */
export async function enqueueMail(tx: Tx, request: MailRequest): Promise<void> {
  // One after the other: a mail server that does not answer holds up one place of the runner, not all.
  await enqueueJob(tx, "send-mail", { ...request, id: newUuid() }, { queueName: "mail" });
}
