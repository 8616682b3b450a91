/** Messages of one stretch of time, which begins at `at`. */
export interface TrafficPoint {
  at: string;
  delivered: number;
  refused: number;
}

export interface TrafficBarsProps {
  /** Oldest first, evenly spaced. */
  points: readonly TrafficPoint[];
}
