import { z } from "zod";

const claimed = z.object({
  messages: z.array(
    z.object({
      id: z.string(),
      senderId: z.string(),
      payload: z.record(z.string(), z.unknown()),
      correlationId: z.string(),
      lease: z.object({ id: z.string(), count: z.number() }),
    }),
  ),
});
export type ClaimedWork = z.output<typeof claimed>["messages"][number];

export interface ClaimsOptions {
  origin: string;
  key: string;
  mailboxId: string;
}

const TIMEOUT_MS = 5_000;

/** An agent's own mailbox as one of its replicas works on it. What goes wrong is thrown. */
export function createClaims({ origin, key, mailboxId }: ClaimsOptions) {
  async function post(verb: string, body: object): Promise<unknown> {
    const response = await fetch(new URL(`/api/messaging/inbox/${mailboxId}/${verb}`, origin), {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${verb} was answered ${response.status}`);
    return answer;
  }
  const leased = ({ id, lease }: ClaimedWork) => ({ messageId: id, leaseId: lease.id });
  return {
    claim: async (limit: number, leaseSeconds: number): Promise<ClaimedWork[]> =>
      claimed.parse(await post("claim", { limit, leaseSeconds })).messages,
    ack: (work: ClaimedWork) => post("ack", { messages: [leased(work)] }),
    nack: (work: ClaimedWork, delaySeconds: number) =>
      post("nack", { messages: [{ ...leased(work), delaySeconds }] }),
  };
}
