import { z } from "zod";

/** An optional filter of a page. A form without JavaScript sends the filters that are not set as empty. */
export const orEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());
