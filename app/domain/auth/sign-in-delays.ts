export type FailureKind = "account" | "address";

interface Patience {
  /** From this failure in a row on, the next attempt has to wait. */
  failures: number;
  /** A row of failures is over when none came for so long. */
  forgottenAfterSeconds: number;
}

/** An address may be a whole office's, so it is given more, and forgiven sooner. */
export const patience: Record<FailureKind, Patience> = {
  account: { failures: 5, forgottenAfterSeconds: 24 * 3_600 },
  address: { failures: 30, forgottenAfterSeconds: 3_600 },
};

/** The first wait; each further failure doubles it … */
export const firstDelaySeconds = 5;
/** … up to this. Nobody is ever locked out for longer. */
export const maxDelaySeconds = 15 * 60;
