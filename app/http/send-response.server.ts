import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import {
  chooseEncoding,
  compressWhole,
  createCompressor,
  type Encoding,
  isCompressible,
  minCompressedBytes,
} from "./compress.server.ts";
import { knownAnswerOf } from "./known-body.server.ts";
import { type PushSource, pushSourceOf } from "./push-body.server.ts";

interface SendOptions {
  /** Headers that every answer of this content type has, unless the Response has its own; by lower-case name. */
  defaults: (contentType: string | undefined) => Record<string, string>;
  method: string;
  acceptEncoding: string | undefined;
}

/**
 * Writes a Response to the client, no faster than it reads, and stops the body's source when it goes.
 */
export async function sendResponse(
  out: ServerResponse,
  response: Response,
  options: SendOptions,
): Promise<void> {
  if (out.destroyed) {
    await response.body?.cancel();
    return;
  }
  const { status } = response;
  const known = knownAnswerOf(response);
  const headers = collectHeaders(options.defaults, known?.headers ?? response.headers);
  if (known !== undefined && options.method !== "HEAD") {
    const encoding = encodingFor(headers, options.acceptEncoding);
    if (encoding === undefined || known.text.length < minCompressedBytes)
      sendText(out, status, headers, known.text);
    else await sendCompressed(out, status, headers, known.text, encoding);
    return;
  }
  if (options.method === "HEAD" || response.body === null) {
    // As for GET, or a cache would mix the two up.
    if (options.method === "HEAD") encodingFor(headers, undefined);
    writeHead(out, status, headers);
    out.end();
    // Tells the source of a HEAD's body that nobody will read it.
    await response.body?.cancel();
    return;
  }
  const source = pushSourceOf(response);
  if (source !== undefined) {
    writeHead(out, status, headers);
    push(out, source);
    return;
  }
  await sendStream(out, status, response.body, headers, encodingFor(headers, options.acceptEncoding));
}

/** By lower-case name. */
type HeaderList = Record<string, string | string[]>;

function collectHeaders(
  defaults: SendOptions["defaults"],
  own: Headers | Record<string, string>,
): HeaderList {
  const list: HeaderList = {};
  if (own instanceof Headers) {
    for (const [name, value] of own) if (name !== "set-cookie") list[name] = value;
    const cookies = own.getSetCookie();
    if (cookies.length > 0) list["set-cookie"] = cookies;
  } else {
    for (const name in own) list[name.toLowerCase()] = own[name] ?? "";
  }
  const type = list["content-type"];
  return { ...defaults(typeof type === "string" ? type : undefined), ...list };
}

function writeHead(out: ServerResponse, status: number, headers: HeaderList): void {
  const flat: (string | string[])[] = [];
  for (const name in headers) flat.push(name, headers[name] ?? "");
  out.writeHead(status, flat);
}

/** The coding to use. Marks the answer as one that depends on it, whether or not it is compressed now. */
function encodingFor(headers: HeaderList, accepted: string | undefined): Encoding | undefined {
  const type = headers["content-type"];
  if (typeof type !== "string" || !isCompressible(type) || headers["content-encoding"] !== undefined)
    return undefined;
  headers.vary = headers.vary === undefined ? "Accept-Encoding" : `${headers.vary}, Accept-Encoding`;
  return chooseEncoding(accepted);
}

function sendText(out: ServerResponse, status: number, headers: HeaderList, text: string): void {
  headers["content-length"] = String(Buffer.byteLength(text));
  writeHead(out, status, headers);
  out.end(text);
}

async function sendCompressed(
  out: ServerResponse,
  status: number,
  headers: HeaderList,
  text: string,
  encoding: Encoding,
): Promise<void> {
  const bytes = await compressWhole(text, encoding);
  headers["content-encoding"] = encoding;
  headers["content-length"] = String(bytes.byteLength);
  writeHead(out, status, headers);
  out.end(bytes);
}

async function sendStream(
  out: ServerResponse,
  status: number,
  body: ReadableStream<Uint8Array>,
  headers: HeaderList,
  encoding: Encoding | undefined,
): Promise<void> {
  const reader = body.getReader();
  // Without this a source that waits for something would never hear that nobody waits for it.
  const onClose = () => void reader.cancel(new Error("The client went away.")).catch(() => undefined);
  out.once("close", onClose);
  let sink: Writable = out;
  if (encoding !== undefined) {
    headers["content-encoding"] = encoding;
    delete headers["content-length"];
    const compressor = createCompressor(encoding);
    compressor.pipe(out);
    out.once("close", () => compressor.destroy());
    sink = compressor;
  }
  writeHead(out, status, headers);
  out.flushHeaders();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || out.destroyed) break;
      if (!sink.write(value)) await drained(sink, out);
    }
    sink.end();
  } catch (error) {
    // A source that was told to stop may well say so by failing.
    if (out.destroyed) return;
    // The status is out; an answer cut short is the only honest way left to say that it failed.
    out.destroy();
    throw error;
  } finally {
    out.off("close", onClose);
    reader.releaseLock();
  }
}

/** Until the client has taken what was written, or has gone. */
function drained(sink: Writable, out: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      sink.off("drain", settle);
      out.off("close", settle);
      resolve();
    };
    sink.once("drain", settle);
    out.once("close", settle);
    if (out.destroyed) settle();
  });
}

function push(out: ServerResponse, source: PushSource): void {
  out.flushHeaders();
  const handle = source({
    write: (chunk) => !out.destroyed && out.write(chunk),
    end: () => void out.end(),
    destroy: () => void out.destroy(),
  });
  out.on("drain", () => handle.drained());
  out.once("close", () => handle.closed());
}
