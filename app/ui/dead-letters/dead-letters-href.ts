import type { DeathCause } from "#app/domain/messaging/dead-letter-schema.ts";

export const deadLettersPath = "/dashboard/dead-letters";

export interface DeadLetterFilters {
  to?: string | undefined;
  cause?: DeathCause | undefined;
}

/** The URL of a list of dead letters, where it goes on, and the message that is open beside it. */
export function deadLettersHref(
  filters: DeadLetterFilters & { cursor?: string | undefined; message?: string | undefined } = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) search.set(name, value);
  const text = search.toString();
  return text === "" ? deadLettersPath : `${deadLettersPath}?${text}`;
}
