import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { clientAddressOf } from "#app/http/request-identity.server.ts";

function addressOf(direct: string, forwarded: string | undefined, trustedProxies: number): string {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: direct });
  const incoming = new IncomingMessage(socket);
  if (forwarded !== undefined) incoming.headers["x-forwarded-for"] = forwarded;
  return clientAddressOf(incoming, trustedProxies);
}

const proxy = "10.0.0.1";

describe("a client's address", () => {
  test("is that of the connection when no proxy is trusted, whatever is claimed", () => {
    expect(addressOf("203.0.113.9", "198.51.100.1", 0)).toBe("203.0.113.9");
  });

  test("is the same address over either protocol", () => {
    expect(addressOf("::ffff:203.0.113.9", undefined, 0)).toBe("203.0.113.9");
  });

  test.each([
    ["what the one proxy saw", "203.0.113.9", 1, "203.0.113.9"],
    ["not what the client put before it", "198.51.100.1, 203.0.113.9", 1, "203.0.113.9"],
    ["what the outer of two saw", "198.51.100.1, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"],
    ["that of who came past the outer one", "203.0.113.9", 2, "203.0.113.9"],
    ["without the port that some proxies add", "203.0.113.9:4711", 1, "203.0.113.9"],
    ["of the newer protocol", "2001:db8::1", 1, "2001:db8::1"],
    ["of the newer protocol, with a port", "[2001:db8::1]:4711", 1, "2001:db8::1"],
    ["of the older inside of the newer", "::ffff:203.0.113.9", 1, "203.0.113.9"],
  ])("behind proxies is %s", (_what, forwarded, trusted, address) => {
    expect(addressOf(proxy, forwarded, trusted)).toBe(address);
  });

  test.each([
    "",
    " ",
    "unknown",
    "evil\u0000",
    "x".repeat(5_000),
    "203.0.113.9.evil",
    ",",
    "1.2.3.4 5.6.7.8",
  ])("is the proxy's own when that tells none: %j", (forwarded) => {
    expect(addressOf(proxy, forwarded, 1)).toBe(proxy);
  });

  test("is the proxy's own when it tells nothing", () => {
    expect(addressOf(proxy, undefined, 1)).toBe(proxy);
  });
});
