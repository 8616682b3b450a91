/** How long a person's access token holds. */
export const accessTokenSeconds = 15 * 60;

/** How long a key's token may hold. */
export const agentTokenMinSeconds = 5 * 60;
export const agentTokenMaxSeconds = 15 * 60;

/** How old a process's knowledge of the signing keys may be. */
export const keyRingMaxAgeMs = 10_000;

/**
 * How long a retired key verifies: as long as the last token may hold that it signed in a process
 * which had not heard of its retirement, and a while for clocks that differ.
 */
export const retiredKeyMs =
  Math.max(accessTokenSeconds, agentTokenMaxSeconds) * 1_000 + keyRingMaxAgeMs + 30_000;
