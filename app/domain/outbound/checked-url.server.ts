import { invalidInput } from "../errors.ts";
import type { OutboundClient } from "./outbound-client.server.ts";
import { isOutboundError } from "./outbound-error.ts";

/**
 * A URL as it is called, which is without a fragment.
 * @param path the field that it came in
 * @throws AppError invalid_input for one that no call would be made to.
 */
export function checkedUrl(outbound: OutboundClient, text: string, path: string): string {
  try {
    outbound.check(text);
  } catch (error) {
    if (isOutboundError(error)) throw invalidInput(path, error.message);
    throw error;
  }
  const url = new URL(text);
  url.hash = "";
  return url.href;
}
