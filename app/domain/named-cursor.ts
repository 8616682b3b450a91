import { type Id, type IdPrefix, parseId } from "#db/ids.ts";
import { invalidInput } from "./errors.ts";

/** Where a list in order of name and id stopped. */
export interface NamedPosition<P extends IdPrefix> {
  name: string;
  id: Id<P>;
}

export const encodeNamedCursor = ({ name, id }: NamedPosition<IdPrefix>): string =>
  Buffer.from(JSON.stringify([name, id])).toString("base64url");

const broken = () => invalidInput("query.cursor", "is not a cursor that this list gave");

/** @throws AppError invalid_input for a cursor that cannot be one of a list of these. */
export function decodeNamedCursor<P extends IdPrefix>(prefix: P, cursor: string): NamedPosition<P> {
  let value: unknown;
  try {
    const bytes = Buffer.from(cursor, "base64url");
    if (bytes.toString("base64url") !== cursor) throw broken();
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw broken();
  }
  if (!Array.isArray(value) || value.length !== 2) throw broken();
  const [name, idText]: unknown[] = value;
  const id = parseId(idText, prefix);
  if (typeof name !== "string" || name.length > 400 || /\0|\p{Surrogate}/u.test(name) || id === undefined)
    throw broken();
  return { name, id };
}
