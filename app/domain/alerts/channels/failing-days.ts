/** A channel that has taken nothing for so long is given up. Client-safe. */
export const failingDays = 5;
