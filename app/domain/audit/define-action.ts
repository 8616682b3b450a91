import type { z } from "zod";

type FieldOf<D extends z.ZodType> = Extract<keyof z.output<D>, string>;

/**
 * An action that can be audited: the kind of resource it is done to, and the shape of its details.
 * @param erasable details that people wrote or that name them: they are sealed as a salted commitment,
 *   so that they can be erased
 */
export const defineAction = <R extends string, D extends z.ZodType>(
  resourceType: R,
  details: D,
  erasable: readonly FieldOf<D>[] = [],
) => ({ resourceType, details, erasable: erasable as readonly string[] });
