/**
 * Shortcuts past web streams. Making a Response of a string costs a stream, reading it back several
 * turns of the event loop, and a Request's body the same: more than all the rest of a small request.
 * So our JSON answers are Responses that are only made whole when something asks for more than what
 * the adapter needs, and the adapter's Requests can hand over their bytes at once. Either works as
 * usual where nobody knows the shortcut.
 *
 * Symbols of the global registry, since the server entry and Remix's bundle each have this module.
 */
const knownAnswer = Symbol.for("signalbox.knownAnswer");
const directBody = Symbol.for("signalbox.directBody");

/** What a Response says when nobody has changed its headers. */
export interface KnownAnswer {
  text: string;
  /** Undefined once somebody has taken the `headers`, and may have changed them. */
  headers: Record<string, string> | undefined;
}

interface WithKnownAnswer {
  [knownAnswer]?: KnownAnswer;
}

interface TextInit {
  status: number;
  headers: Record<string, string>;
}

class TextResponse implements Response {
  readonly status: number;
  readonly statusText = "";
  readonly redirected = false;
  readonly type = "default";
  readonly url = "";
  readonly [knownAnswer]: KnownAnswer;
  #headers: Headers | undefined;
  #whole: Response | undefined;

  constructor(text: string, { status, headers }: TextInit) {
    this.status = status;
    this[knownAnswer] = { text, headers };
  }

  get ok() {
    return this.status >= 200 && this.status < 300;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = new Headers(this[knownAnswer].headers);
      this[knownAnswer].headers = undefined;
    }
    return this.#headers;
  }

  get #response(): Response {
    this.#whole ??= new Response(this[knownAnswer].text, { status: this.status, headers: this.headers });
    return this.#whole;
  }

  get body() {
    return this.#response.body;
  }
  get bodyUsed() {
    return this.#whole?.bodyUsed ?? false;
  }
  arrayBuffer() {
    return this.#response.arrayBuffer();
  }
  blob() {
    return this.#response.blob();
  }
  bytes() {
    return this.#response.bytes();
  }
  clone() {
    return this.#response.clone();
  }
  formData() {
    return this.#response.formData();
  }
  json() {
    return this.#response.json();
  }
  text() {
    return this.#response.text();
  }
}
// So that `response instanceof Response` holds for whoever asks.
Object.setPrototypeOf(TextResponse.prototype, Response.prototype);

/** A Response of this text, which the adapter can send without reading it back. */
export const textResponse = (text: string, init: TextInit): Response => new TextResponse(text, init);

/** What a Response was made of, when it carries that and nobody has read its body. */
export const knownAnswerOf = (response: Response & WithKnownAnswer): KnownAnswer | undefined =>
  response[knownAnswer] === undefined || response.bodyUsed ? undefined : response[knownAnswer];

/** Reads a whole body; undefined when it is longer than the limit. */
export type ReadDirectly = (limitBytes: number) => Promise<Uint8Array | undefined>;

/** What a Request implements to hand its body over at once. */
export interface WithDirectBody {
  [directBody]?: ReadDirectly;
}

/** The shortcut to a Request's body, when it has one. */
export const directBodyOf = (request: Request & WithDirectBody): ReadDirectly | undefined =>
  request[directBody];

/** Gives a Request the shortcut. */
export function setDirectBody(request: Request & WithDirectBody, read: ReadDirectly): void {
  request[directBody] = read;
}
