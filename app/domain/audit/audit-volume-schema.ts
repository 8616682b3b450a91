/** How many events there are over a span of time. Client-safe. */
export interface AuditVolume {
  from: string;
  to: string;
  /** Evenly spaced, the oldest first; each stretch begins at `at`. */
  points: { at: string; count: number }[];
  /** Not every event was counted. */
  isEstimate: boolean;
}

/** How many events are newer than a place; at least so many where `isExact` is false. */
export interface NewAuditEvents {
  count: number;
  isExact: boolean;
}
