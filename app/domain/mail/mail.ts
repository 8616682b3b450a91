/** A mail, before it is a message of some transport. */
export interface Mail {
  /** One address. */
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Beside those that every mail has. */
  headers?: Readonly<Record<string, string>>;
  /** Mails about the same have the same: mail programs show them together. */
  thread?: string;
}
