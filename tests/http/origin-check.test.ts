import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { allowedOrigins, checkOrigin } from "#app/http/origin-check.server.ts";

const ours = "https://box.example";
const origins = allowedOrigins({ origin: ours, originGiven: true, host: "0.0.0.0", port: 3000 });

function isRefused(method: string, headers: Record<string, string>, allowed = origins): boolean {
  const incoming = new IncomingMessage(new Socket());
  incoming.method = method;
  Object.assign(incoming.headers, headers);
  return checkOrigin(incoming, allowed)?.code === "wrong_origin";
}

const cookie = "signalbox=abc";

describe("a change that a browser was made to send", () => {
  test.each([
    ["another site, says the browser", { cookie, "sec-fetch-site": "cross-site", origin: ours }],
    ["another host of our domain", { cookie, "sec-fetch-site": "same-site" }],
    ["another origin, from an older browser", { cookie, origin: "https://evil.example" }],
    ["a sandboxed frame", { cookie, origin: "null" }],
    ["our host over http", { cookie, origin: "http://box.example" }],
    ["our name as a prefix", { cookie, origin: "https://box.example.evil.example" }],
    ["nobody says who", { cookie }],
    ["another site, signing somebody in with no cookie yet", { "sec-fetch-site": "cross-site" }],
    [
      "another site, with a cookie beside a key",
      { cookie, authorization: "Bearer x", origin: "https://evil.example" },
    ],
  ])("is refused from %s", (_what, headers) => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) expect(isRefused(method, headers)).toBe(true);
  });

  test.each([
    ["our own page", { cookie, "sec-fetch-site": "same-origin", origin: ours }],
    ["our own page in an older browser", { cookie, origin: ours }],
    ["a program with a key", { authorization: "Bearer sb_x" }],
    [
      "a program with a key in an odd browser",
      { authorization: "Bearer sb_x", origin: "https://evil.example" },
    ],
    ["a program with nothing", {}],
  ])("passes from %s", (_what, headers) => {
    expect(isRefused("POST", headers)).toBe(false);
  });

  test("is the only thing that is held against an origin", () => {
    for (const method of ["GET", "HEAD", "OPTIONS"])
      expect(isRefused(method, { cookie, "sec-fetch-site": "cross-site" })).toBe(false);
  });
});

describe("the allowed origins", () => {
  test("are exactly the one that was given", () => {
    expect([...origins]).toEqual([ours]);
  });

  test("are this machine's names when none was given", () => {
    const local = allowedOrigins({
      origin: "http://localhost:3000",
      originGiven: false,
      host: "127.0.0.1",
      port: 3000,
    });
    expect(isRefused("POST", { cookie, origin: "http://127.0.0.1:3000" }, local)).toBe(false);
    expect(isRefused("POST", { cookie, origin: "http://localhost:3000" }, local)).toBe(false);
    expect(isRefused("POST", { cookie, origin: "http://localhost:3001" }, local)).toBe(true);
    expect(isRefused("POST", { cookie, origin: "https://localhost:3000" }, local)).toBe(true);
  });

  test.each([
    ["an address of this machine", "http://192.168.1.7:3000", "192.168.1.7:3000", true],
    ["an IPv6 address of it", "http://[fd00::7]:3000", "[fd00::7]:3000", true],
    ["another port there", "http://192.168.1.7:8080", "192.168.1.7:3000", false],
    [
      "another site that calls itself by the host's name",
      "http://evil.example:3000",
      "evil.example:3000",
      false,
    ],
    ["another site", "http://evil.example", "192.168.1.7:3000", false],
    ["a frame without an origin", "null", "192.168.1.7:3000", false],
  ])("include, where none was given, %s: %s to %s", (_, origin, host, isOurs) => {
    const incoming = new IncomingMessage(new Socket());
    Object.assign(incoming, { method: "POST" });
    Object.assign(incoming.headers, { cookie, origin, host });
    const of = (byAddress: boolean) => checkOrigin(incoming, origins, { byAddress }) === undefined;
    expect(of(true)).toBe(isOurs);
    expect(of(false)).toBe(false);
  });
});
