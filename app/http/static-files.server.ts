import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative, sep } from "node:path";
import { chooseEncoding } from "./compress.server.ts";

/** Answers with a built file and says so, or leaves the request alone. */
export type ServeStatic = (incoming: IncomingMessage, out: ServerResponse, path: string) => boolean;

interface StaticFile {
  headers: Record<string, string>;
  etag: string;
  plain: Buffer;
  br: Buffer | undefined;
  gzip: Buffer | undefined;
}

const contentTypes: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/**
 * Serves the browser build and `public/` from memory: a few megabytes, read at start, so that no
 * request opens a file that an early disconnect would leave open. Files under /assets/ have their
 * hash in their name and never change; the build has compressed each beforehand (`.br`, `.gz`).
 */
export function createStaticFiles(folder: string, headers: Record<string, string>): ServeStatic {
  const files = existsSync(folder) ? readFiles(folder, headers) : new Map<string, StaticFile>();
  return (incoming, out, path) => {
    const file = files.get(path);
    if (file === undefined || (incoming.method !== "GET" && incoming.method !== "HEAD")) return false;
    serve(file, incoming, out);
    return true;
  };
}

function readFiles(folder: string, headers: Record<string, string>): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.(br|gz)$/.test(entry.name) || entry.name.startsWith(".")) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join("/")}`;
    const plain = readFileSync(file);
    files.set(path, {
      plain,
      br: readIfThere(`${file}.br`),
      gzip: readIfThere(`${file}.gz`),
      etag: createHash("sha256").update(plain).digest("base64url").slice(0, 22),
      headers: {
        ...headers,
        "Content-Type": contentTypes[extname(file)] ?? "application/octet-stream",
        "Cache-Control": path.startsWith("/assets/")
          ? "public, max-age=31536000, immutable"
          : "public, max-age=3600",
      },
    });
  }
  return files;
}

const readIfThere = (file: string): Buffer | undefined => (existsSync(file) ? readFileSync(file) : undefined);

function serve(file: StaticFile, incoming: IncomingMessage, out: ServerResponse): void {
  const isVaried = file.br !== undefined || file.gzip !== undefined;
  const encoding = isVaried ? chooseEncoding(incoming.headers["accept-encoding"]) : undefined;
  const encoded = encoding === undefined ? undefined : file[encoding];
  // Each coding is another sequence of bytes, so it has another strong tag.
  const etag = `"${file.etag}${encoded === undefined ? "" : `-${encoding}`}"`;
  const headers: Record<string, string> = { ...file.headers, ETag: etag };
  if (isVaried) headers.Vary = "Accept-Encoding";
  if (matches(incoming.headers["if-none-match"], etag)) {
    out.writeHead(304, headers);
    out.end();
    return;
  }
  const body = encoded ?? file.plain;
  headers["Content-Length"] = String(body.byteLength);
  if (encoded !== undefined && encoding !== undefined) headers["Content-Encoding"] = encoding;
  out.writeHead(200, headers);
  out.end(incoming.method === "HEAD" ? undefined : body);
}

const matches = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag || tag.trim() === "*") ??
  false;
