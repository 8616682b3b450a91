import type { Mail } from "./mail.ts";

/** What a mail is known by, the same at every attempt to send it. */
export interface MailLabel {
  /** A UUIDv7 from when it was asked for; its Message-ID is made of it. */
  id: string;
  /** Which mail of ours it is: `verify-email`. */
  name: string;
}

/** The way out for mails. */
export interface Mailer {
  /**
   * Hands a mail over. One that is sent twice, because the first answer was lost, has the same Message-ID.
   * @throws MailRefusedError when trying again would not help, else what kept it from being sent.
   */
  send(mail: Mail, label: MailLabel): Promise<void>;
}

const refused = Symbol.for("signalbox.MailRefusedError");
const deferred = Symbol.for("signalbox.MailDeferredError");

/** The mail server takes everything else, but not this mail. */
export class MailRefusedError extends Error {
  override readonly name = "MailRefusedError";
  readonly [refused] = true;
  /** What the server answered (RFC 5321 4.2). */
  readonly code: number;

  constructor(message: string, code = 550) {
    super(message);
    this.code = code;
  }
}

/** The mail server takes this mail later, and perhaps others now. */
export class MailDeferredError extends Error {
  override readonly name = "MailDeferredError";
  readonly [deferred] = true;
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** By brand, not by class: the server entry and Remix's bundle each hold a copy of this module. */
export const isMailRefused = (error: unknown): error is MailRefusedError =>
  typeof error === "object" && error !== null && refused in error;
export const isMailDeferred = (error: unknown): error is MailDeferredError =>
  typeof error === "object" && error !== null && deferred in error;
