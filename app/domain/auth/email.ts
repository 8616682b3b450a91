/** The form in which addresses are stored and compared. */
export const normalizeEmail = (email: string): string => email.trim().toLowerCase();

/** Enough to recognise one's own typo in a log, too little to be an address: `j…@example.com`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return at < 1 ? "…" : `${email.slice(0, 1)}…${email.slice(at)}`;
}
