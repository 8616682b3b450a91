/** What was resolved, and whether its `last_used_at` is due to be written. */
export interface Resolved<A> {
  actor: A;
  isTouchDue: boolean;
}
