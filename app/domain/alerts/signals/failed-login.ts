import { parseId } from "#db/ids.ts";
import type { AlertingEvent, Signal } from "../signal.ts";
import type { SignalSource } from "./signal-source.ts";

/**
 * Sign-ins that failed, of one account or from one address. What is counted for the account is not counted for
 * the address as well once the account has its alert.
 */
export const failedLogin: SignalSource = {
  kind: "failed_login_threshold",
  actions: ["auth.login.failed"],
  signalsOf(event) {
    const userId = parseId(event.actor.id, "usr");
    const attempts = event.details.attempts;
    const common = {
      tenantId: event.tenantId,
      kind: "failed_login_threshold" as const,
      // Those that had to wait are told of together, whatever request was their first.
      occurrence: typeof attempts === "number" ? event.id : (event.requestId ?? event.id),
      weight: typeof attempts === "number" ? Math.max(1, Math.trunc(attempts)) : 1,
      occurredAt: event.occurredAt,
      eventId: event.id,
    };
    const signals: Signal[] = [];
    if (userId !== undefined)
      signals.push({
        ...common,
        key: `user:${userId}`,
        subject: { type: "user", id: userId, name: event.actor.name },
        facts: { by: "account", userId, ...originOf(event) },
      });
    if (event.ipHash !== null)
      signals.push({
        ...common,
        key: `address:${event.ipHash}`,
        subject: { type: "address", id: event.ipHash, name: null },
        facts: { by: "address", origin: event.ipHash },
        yieldsTo: userId && `user:${userId}`,
      });
    return signals;
  },
};

const originOf = ({ ipHash }: AlertingEvent) => (ipHash === null ? {} : { origin: ipHash });
