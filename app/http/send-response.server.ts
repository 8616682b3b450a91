import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { chooseEncoding, compressWhole, createCompressor, type Encoding, isCompressible, minCompressedBytes } from "./compress.server.ts";
import { knownBodyOf } from "./known-body.server.ts";
import { type PushSource, pushSourceOf } from "./push-body.server.ts";

interface SendOptions {
  /** Headers that every answer has, unless the Response has its own. */
  defaults: Record<string, string>;
  method: string;
  acceptEncoding: string | undefined;
}

/**
 * Writes a Response to the client, no faster than it reads, and stops the body's source when it goes.
 */
export async function sendResponse(out: ServerResponse, response: Response, options: SendOptions): Promise<void> {
  const headers = collectHeaders(response, options.defaults);
  if (out.destroyed) {
    await response.body?.cancel();
    return;
  }
  if (options.method === "HEAD" || response.body === null) {
    sendHead(out, response, headers);
    // Tells the source of a HEAD's body that nobody will read it.
    await response.body?.cancel();
    return;
  }
  const source = pushSourceOf(response);
  if (source !== undefined) {
    writeHead(out, response.status, headers);
    push(out, source);
    return;
  }
  const encoding = encodingFor(response, headers, options.acceptEncoding);
  const text = knownBodyOf(response);
  if (text !== undefined) await sendText(out, response, headers, text, encoding);
  else await sendStream(out, response, response.body, headers, encoding);
}

type HeaderList = Map<string, string | string[]>;

function collectHeaders(response: Response, defaults: Record<string, string>): HeaderList {
  const list: HeaderList = new Map(Object.entries(defaults));
  const names = new Map<string, string>();
  for (const name of list.keys()) names.set(name.toLowerCase(), name);
  // Iterating gives lower-case names, and each Set-Cookie on its own.
  for (const [name, value] of response.headers) {
    const own = names.get(name) ?? name;
    if (name !== "set-cookie") list.set(own, value);
  }
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) list.set("Set-Cookie", cookies);
  return list;
}

function writeHead(out: ServerResponse, status: number, headers: HeaderList): void {
  const flat: (string | string[])[] = [];
  for (const [name, value] of headers) flat.push(name, value);
  out.writeHead(status, flat);
}

function sendHead(out: ServerResponse, response: Response, headers: HeaderList): void {
  writeHead(out, response.status, headers);
  out.end();
}

function encodingFor(response: Response, headers: HeaderList, accepted: string | undefined): Encoding | undefined {
  if (!isCompressible(response.headers.get("Content-Type")) || response.headers.has("Content-Encoding"))
    return undefined;
  // Whether or not it is compressed now, what a cache keeps must depend on what was asked for.
  const vary = response.headers.get("Vary");
  headers.set("vary", vary === null ? "Accept-Encoding" : `${vary}, Accept-Encoding`);
  return chooseEncoding(accepted);
}

async function sendText(
  out: ServerResponse,
  response: Response,
  headers: HeaderList,
  text: string,
  encoding: Encoding | undefined,
): Promise<void> {
  const length = Buffer.byteLength(text);
  if (encoding === undefined || length < minCompressedBytes) {
    headers.set("Content-Length", String(length));
    writeHead(out, response.status, headers);
    out.end(text);
    return;
  }
  const bytes = await compressWhole(text, encoding);
  headers.set("Content-Encoding", encoding);
  headers.set("Content-Length", String(bytes.byteLength));
  writeHead(out, response.status, headers);
  out.end(bytes);
}

async function sendStream(
  out: ServerResponse,
  response: Response,
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
    headers.set("Content-Encoding", encoding);
    headers.delete("content-length");
    const compressor = createCompressor(encoding);
    compressor.pipe(out);
    out.once("close", () => compressor.destroy());
    sink = compressor;
  }
  writeHead(out, response.status, headers);
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
