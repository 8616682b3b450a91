import { AppError, invalidInput } from "#app/domain/errors.ts";
import { shortPath, unstorable, unstorableMessage } from "./parse-input.server.ts";
import { readBytes } from "./read-body.server.ts";

export interface FormRead {
  /** By name: the field's text, or all of them when the name is repeated. */
  fields: Record<string, string | string[]>;
  /** The same request, with a body that can be read again. */
  request: Request;
}

/**
 * The fields of a posted form.
 * @throws AppError payload_too_large, unsupported_media_type, malformed_body, or invalid_input naming the field.
 */
export async function readForm(request: Request): Promise<FormRead> {
  const type = request.headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded" && type !== "multipart/form-data")
    throw new AppError("unsupported_media_type", "A form was expected.");
  const bytes = await readBytes(request);
  const again = () =>
    new Request(request.url, { method: request.method, headers: request.headers, body: Buffer.from(bytes) });
  const form = await parse(again());
  const fields: FormRead["fields"] = Object.create(null);
  for (const [name, value] of form) {
    if (typeof value !== "string") throw invalidInput(shortPath(name), "must be text, not a file");
    if (unstorable.test(name)) throw invalidInput("body", `has a name that ${unstorableMessage}`);
    if (unstorable.test(value)) throw invalidInput(shortPath(name), unstorableMessage);
    const earlier = fields[name];
    fields[name] = earlier === undefined ? value : [earlier, value].flat();
  }
  return { fields, request: again() };
}

async function parse(request: Request): Promise<FormData> {
  try {
    return await request.formData();
  } catch (cause) {
    throw new AppError("malformed_body", "The form cannot be read.", { cause });
  }
}
