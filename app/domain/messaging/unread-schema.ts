/** What the sidebar says is new. */
export interface Unread {
  /** Messages that the person has not seen, in their own mailbox and at the desk. */
  inbox: number;
  /** Escalations that wait for somebody to take them. */
  desk: number;
}
