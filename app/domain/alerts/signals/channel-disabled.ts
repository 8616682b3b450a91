import { parseId } from "#db/ids.ts";
import { detailsOf, occurrenceOf } from "./event-details.ts";
import type { SignalSource } from "./signal-source.ts";

/** A channel that was given up; one that a person turned off is no news. */
export const channelDisabled: SignalSource = {
  kind: "channel_disabled",
  actions: ["alert_channel.disabled"],
  signalsOf(event) {
    const details = detailsOf(event, "alert_channel.disabled");
    const channelId = parseId(event.resource.id, "chn");
    if (details === undefined || channelId === undefined || details.reason === "person") return [];
    return [
      {
        ...{ ...occurrenceOf(event), kind: "channel_disabled", key: `channel:${channelId}` },
        subject: { type: "alert_channel", id: channelId, name: event.resource.name },
        facts: { channelId, channelKind: details.kind, reason: details.reason },
      },
    ];
  },
};
