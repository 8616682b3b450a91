/** Asking first, at its boundary. Client-safe. */
import { z } from "zod";
import type { FieldError } from "#app/domain/errors.ts";

/** Any object: what is wrong with it as a send is part of the answer. */
export const checkSendSchema = z.record(z.string(), z.unknown());

/**
 * `sender`: may they send now; `edge`: may they send to this recipient; `limits`: is there room for it;
 * `quota`: only where the sender's is used up and it has just sent.
 */
export const sendChecks = ["schema", "limits", "sender", "recipient", "replyTo", "edge", "quota"] as const;

/** One rule that a send is held to. `code` and `detail` are those of a send that it stops. */
export interface SendCheck {
  name: (typeof sendChecks)[number];
  passed: boolean;
  code?: string;
  detail?: string;
  errors?: FieldError[];
}

export interface CheckAnswer {
  allowed: boolean;
  wouldBe: "delivered" | "pending" | "blocked" | "rejected";
  /** What could be looked at: a rule that depends on one that failed is left out. */
  checks: SendCheck[];
}
