/** Why a call came to nothing; what an answer says is not among them. */
export type OutboundFailure =
  /** The URL, or an address that its host has, is none that may be called. */
  | "refused"
  /** The host has no address. */
  | "unresolved"
  /** No connection, or it broke. */
  | "unreachable"
  /** No complete answer in time. */
  | "timeout"
  /** The caller gave up. */
  | "aborted";

const brand = Symbol.for("signalbox.OutboundError");

/** A call that brought no answer; the message is a sentence that a tenant's people may read. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly [brand] = true;
  readonly kind: OutboundFailure;

  constructor(kind: OutboundFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

/** By brand, not by class: the server entry and Remix's bundle each hold a copy of this module. */
export const isOutboundError = (error: unknown): error is OutboundError =>
  typeof error === "object" && error !== null && brand in error;
