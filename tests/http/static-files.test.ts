import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingHttpHeaders, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createStaticFiles } from "#app/http/static-files.server.ts";

const script = "console.log('signal');".repeat(100);
let folder: string;
let server: Server;
let port: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "signalbox-static-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "assets/app-abc.js"), script);
  writeFileSync(join(folder, "assets/app-abc.js.gz"), gzipSync(script));
  writeFileSync(join(folder, "icon.svg"), "<svg/>");
  writeFileSync(join(folder, ".hidden"), "x");
  const serve = createStaticFiles(folder, { "X-Content-Type-Options": "nosniff" });
  server = createServer((incoming, out) => {
    if (!serve(incoming, out, incoming.url ?? "")) out.writeHead(404).end("left alone");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
  return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
    get({ port, path, headers, method, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    }).on("error", reject);
  });
}

describe("a built file", () => {
  test("is kept for good when its name has its hash, and for an hour otherwise", async () => {
    const hashed = await ask("/assets/app-abc.js");
    expect(hashed.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(hashed.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(hashed.headers["x-content-type-options"]).toBe("nosniff");
    expect(hashed.body.toString()).toBe(script);
    const named = await ask("/icon.svg");
    expect(named.headers).toMatchObject({
      "cache-control": "public, max-age=3600",
      "content-type": "image/svg+xml",
    });
  });

  test("is sent compressed as the build has done it, to who can read that", async () => {
    const zipped = await ask("/assets/app-abc.js", { "Accept-Encoding": "gzip" });
    expect(zipped.headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
    expect(zipped.body).toEqual(gzipSync(script));
    // There is no .br of it, so brotli is not promised.
    const plain = await ask("/assets/app-abc.js", { "Accept-Encoding": "br" });
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.headers.etag).not.toBe(zipped.headers.etag);
  });

  test("is not sent again to who has it", async () => {
    const { headers } = await ask("/assets/app-abc.js", { "Accept-Encoding": "gzip" });
    const again = await ask("/assets/app-abc.js", {
      "Accept-Encoding": "gzip",
      "If-None-Match": headers.etag ?? "",
    });
    expect([again.status, again.body.byteLength]).toEqual([304, 0]);
    const other = await ask("/assets/app-abc.js", { "If-None-Match": headers.etag ?? "" });
    expect(other.status).toBe(200);
  });

  test("has a length and no body for HEAD", async () => {
    const { headers, body } = await ask("/assets/app-abc.js", {}, "HEAD");
    expect(headers["content-length"]).toBe(String(script.length));
    expect(body.byteLength).toBe(0);
  });

  test.each([
    "/assets/app-abc.js.gz",
    "/.hidden",
    "/assets",
    "/assets/",
    "/",
    "/assets/../../../etc/passwd",
    "/assets/%2e%2e/icon.svg",
  ])("is not %s", async (path) => {
    expect((await ask(path)).body.toString()).toBe("left alone");
  });

  test("is nothing that can be posted to", async () => {
    expect((await ask("/icon.svg", {}, "POST")).status).toBe(404);
  });
});
