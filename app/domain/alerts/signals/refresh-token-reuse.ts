import { parseId } from "#db/ids.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** A refresh token came a second time. */
export const refreshTokenReuse: SignalSource = {
  kind: "refresh_token_reuse",
  actions: ["auth.refresh.reused"],
  signalsOf(event) {
    const userId = parseId(detailsOf(event, "auth.refresh.reused")?.userId, "usr");
    if (userId === undefined) return [];
    return [
      {
        ...{ ...occurrenceOf(event), kind: "refresh_token_reuse", key: `user:${userId}` },
        subject: { type: "user", id: userId, name: event.actor.name },
        facts: { userId, ...(event.ipHash !== null && { origin: event.ipHash }) },
      },
    ];
  },
};
