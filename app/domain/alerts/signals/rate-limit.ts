import { parseId } from "#db/ids.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** Requests that went over a limit, of one caller; of nobody known by the address that they came from. */
export const rateLimit: SignalSource = {
  kind: "rate_limit",
  actions: ["rate_limit.refused"],
  signalsOf(event) {
    const details = detailsOf(event, "rate_limit.refused");
    if (details === undefined) return [];
    const { actor, ipHash } = event;
    const common = {
      ...{ ...occurrenceOf(event), kind: "rate_limit" as const, weight: Math.max(1, details.refusals) },
      facts: { limit: details.limit },
    };
    if (actor.id === null)
      return ipHash === null
        ? []
        : [
            {
              ...{ ...common, key: `address:${ipHash}`, facts: { ...common.facts, origin: ipHash } },
              subject: { type: "address", id: ipHash, name: null },
            },
          ];
    const [agentId, userId, keyId] = [
      parseId(actor.id, "agt"),
      parseId(actor.id, "usr"),
      parseId(actor.id, "key"),
    ];
    return [
      {
        ...{ ...common, key: `actor:${actor.id}`, agentId },
        subject: { type: keyId === undefined ? actor.kind : "api_key", id: actor.id, name: actor.name },
        facts: {
          ...common.facts,
          ...(agentId !== undefined && { agentId }),
          ...(agentId !== undefined && actor.name !== null && { agentName: actor.name }),
          ...(userId !== undefined && { userId }),
          ...(keyId !== undefined && { keyId }),
        },
      },
    ];
  },
};
