import type { EscalationListName } from "#app/domain/messaging/escalation-schema.ts";

export interface DeskPlace {
  show?: EscalationListName | undefined;
  cursor?: string | undefined;
  /** The message of the escalation that is open. */
  escalation?: string | undefined;
}

/** The URL of the desk. */
export function deskHref(place: DeskPlace = {}): string {
  const search = new URLSearchParams();
  if (place.show !== undefined && place.show !== "waiting") search.set("show", place.show);
  if (place.cursor !== undefined) search.set("cursor", place.cursor);
  if (place.escalation !== undefined) search.set("escalation", place.escalation);
  const text = search.toString();
  return text === "" ? "/dashboard/desk" : `/dashboard/desk?${text}`;
}
