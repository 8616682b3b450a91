import { parseId } from "#db/ids.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** Somebody signed in from where they had not been before. Of their first sign-in everything is new, and no news. */
export const suspiciousActivity: SignalSource = {
  kind: "suspicious_activity",
  actions: ["auth.login.succeeded"],
  signalsOf(event) {
    const details = detailsOf(event, "auth.login.succeeded");
    const userId = parseId(event.actor.id, "usr");
    if (details === undefined || userId === undefined || details.first === true) return [];
    const { newDevice = false, newNetwork = false, newLocation = false, country } = details;
    if (!newDevice && !newNetwork && !newLocation) return [];
    return [
      {
        ...{ ...occurrenceOf(event), kind: "suspicious_activity", key: `user:${userId}` },
        subject: { type: "user", id: userId, name: event.actor.name },
        facts: {
          ...{ userId, newDevice, newNetwork, newLocation },
          ...(country !== undefined && { country }),
          ...(event.ipHash !== null && { origin: event.ipHash }),
        },
      },
    ];
  },
};
