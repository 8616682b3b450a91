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

/** A call that brought no answer; the message is a sentence that a tenant's people may read. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly kind: OutboundFailure;

  constructor(kind: OutboundFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
