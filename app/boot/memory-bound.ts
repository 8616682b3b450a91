import { totalmem } from "node:os";

const mebibyte = 1024 * 1024;
/** Of what there is: above it a process is soon ended by whoever gave it its memory. */
const usualShare = 0.8;

/** How much memory this process should have at most: as it was told, else a share of its container's or host's. */
export function memoryBoundBytes(boundMib: number | undefined): number {
  if (boundMib !== undefined) return boundMib * mebibyte;
  const total = totalmem();
  // Zero, or more than there is: nothing holds it to less than the host has.
  const constrained = process.constrainedMemory();
  return Math.floor(usualShare * (constrained > 0 ? Math.min(constrained, total) : total));
}
