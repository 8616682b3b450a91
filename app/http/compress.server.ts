import { promisify } from "node:util";
import { brotliCompress, constants, createBrotliCompress, createGzip, gzip } from "node:zlib";

export type Encoding = "br" | "gzip";

/** Below this an answer fits in a packet or two anyway. */
export const minCompressedBytes = 1024;

// Level 4 of brotli costs about what gzip does and makes smaller answers.
const brotliParams = {
  [constants.BROTLI_PARAM_QUALITY]: 4,
  [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
};

const compressible =
  /^(?:text\/(?!event-stream)|application\/(?:json|problem\+json|javascript|xml|manifest\+json)|image\/svg\+xml)/;

/** Whether an answer of this type gains from being compressed, and may be: a live stream may not. */
export const isCompressible = (contentType: string | null): boolean =>
  contentType !== null && compressible.test(contentType);

/** The best coding that both sides know; a coding refused with `q=0` is not used. */
export function chooseEncoding(accepted: string | undefined): Encoding | undefined {
  if (accepted === undefined) return undefined;
  const wanted = new Set<string>();
  for (const part of accepted.toLowerCase().split(",")) {
    const [name = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) wanted.add(name);
  }
  if (wanted.has("br")) return "br";
  return wanted.has("gzip") ? "gzip" : undefined;
}

const brotliAsync = promisify(brotliCompress);
const gzipAsync = promisify(gzip);

/** A whole body, compressed off the main thread. */
export const compressWhole = (body: string | Uint8Array, encoding: Encoding): Promise<Buffer> =>
  encoding === "br" ? brotliAsync(body, { params: brotliParams }) : gzipAsync(body, { level: 6 });

/** A compressor for a body that comes in pieces, each of which is sent on as it comes. */
export const createCompressor = (encoding: Encoding) =>
  encoding === "br"
    ? createBrotliCompress({ params: brotliParams, flush: constants.BROTLI_OPERATION_FLUSH })
    : createGzip({ level: 6, flush: constants.Z_SYNC_FLUSH });
