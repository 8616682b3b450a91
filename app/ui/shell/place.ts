export interface Crumb {
  label: string;
  to: string;
}

/**
 * Where a page is within its section, exported as its route's `handle`: what stands above it
 * (without the section itself), then its own name. A section's first page needs none.
 */
export interface Place<D = unknown> {
  above?: (data: D) => Crumb[];
  here: (data: D) => string;
}

/** A route's `handle`. Not asked while the route has no data, as when its loader failed. */
export const placeOf = <D>(place: Place<D>): { place: Place<D> } => ({ place });

const isPlace = (value: unknown): value is Place =>
  typeof value === "object" && value !== null && "here" in value && typeof value.here === "function";

/** The place that a matched route tells of itself, if it does. */
export function placeIn(handle: unknown): Place | undefined {
  if (typeof handle !== "object" || handle === null || !("place" in handle)) return undefined;
  return isPlace(handle.place) ? handle.place : undefined;
}
