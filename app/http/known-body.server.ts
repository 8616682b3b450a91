/**
 * Shortcuts past web streams. Reading a Response's body back, or a Request's body through its
 * stream, costs tens of microseconds and several turns of the event loop: as much as the rest of a
 * small request. A Response made of a string carries that string along, and the adapter's Request
 * can hand over its bytes at once. Either works as usual where nobody knows the shortcut.
 *
 * Symbols of the global registry, since the server entry and Remix's bundle each have this module.
 */
const knownBody = Symbol.for("signalbox.knownBody");
const directBody = Symbol.for("signalbox.directBody");

interface WithKnownBody {
  [knownBody]?: string;
}

/** A Response of this text, which the adapter can send without reading it back. */
export function withKnownBody(text: string, init: ResponseInit): Response {
  const response: Response & WithKnownBody = new Response(text, init);
  response[knownBody] = text;
  return response;
}

/** The text that a Response was made of, when it carries it. */
export function knownBodyOf(response: Response & WithKnownBody): string | undefined {
  return response[knownBody];
}

/** Reads a whole body; undefined when it is longer than the limit. */
export type ReadDirectly = (limitBytes: number) => Promise<Uint8Array | undefined>;

/** What a Request implements to hand its body over at once. */
export interface WithDirectBody {
  [directBody]?: ReadDirectly;
}

/** The shortcut to a Request's body, when it has one. */
export const directBodyOf = (request: Request & WithDirectBody): ReadDirectly | undefined => request[directBody];

/** Gives a Request the shortcut. */
export function setDirectBody(request: Request & WithDirectBody, read: ReadDirectly): void {
  request[directBody] = read;
}
