import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllowList } from "#app/domain/outbound/allow-list.ts";
import type { Resolver } from "#app/domain/outbound/connect.server.ts";
import { createOutboundClient, type OutboundPost } from "#app/domain/outbound/outbound-client.server.ts";
import { OutboundError } from "#app/domain/outbound/outbound-error.ts";
import { isPublicAddress } from "#app/domain/outbound/public-address.ts";
import { type Canary, startCanary } from "./canary.ts";

let canary: Canary;
beforeAll(async () => {
  canary = await startCanary();
});
afterAll(async () => {
  expect(canary.connections()).toBe(0);
  await canary.close();
});

const post = (url: string): OutboundPost => ({
  url,
  headers: { "Content-Type": "text/plain" },
  body: "hello",
});
const failureOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof OutboundError ? error.kind : error;
};
const resolvesTo =
  (...addresses: string[]): Resolver =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

/** Forms of places that are not public; PORT is the canary's. */
const literals = [
  "127.0.0.1",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0x7f.0.0.1",
  "0177.0.0.1",
  "017700000001",
  "127.0.0.1.",
  "１２７.0.0.1",
  "0.0.0.0",
  "0",
  "10.0.0.1",
  "172.16.5.4",
  "172.31.255.255",
  "192.168.1.1",
  "169.254.169.254",
  "2852039166",
  "100.64.0.1",
  "192.0.0.1",
  "192.0.2.1",
  "192.88.99.1",
  "198.18.0.1",
  "198.51.100.7",
  "203.0.113.9",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[::127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b:1::7f00:1]",
  "[2002:7f00:1::]",
  "[2001:0:7f00:1::1]",
  "[fe80::1]",
  "[fec0::1]",
  "[fc00::1]",
  "[fd12:3456::1]",
  "[ff02::1]",
  "[2001:db8::1]",
  "[3fff::1]",
  "[100::1]",
  "[4000::1]",
  "localhost",
  "LOCALHOST",
  "localhost.",
  "app.localhost",
];

describe("what is not public is not called", () => {
  test.each(literals)("as %s in a URL, with or without a look-up", async (host) => {
    const client = createOutboundClient({
      resolve: async () => {
        throw new Error("nothing is to be looked up");
      },
    });
    for (const scheme of ["http", "https"]) {
      const url = `${scheme}://${host}:${canary.port}/`;
      expect(() => client.check(url)).toThrow(OutboundError);
      expect(await failureOf(client.post(post(url)))).toBe("refused");
    }
  });

  test.each([
    ["one private address", ["10.0.0.1"]],
    ["a private one behind a public one", ["93.184.216.34", "127.0.0.1"]],
    ["a private one before a public one", ["127.0.0.1", "93.184.216.34"]],
    ["the mapped form", ["::ffff:127.0.0.1"]],
    ["a private IPv6 among public ones", ["2606:2800:220:1::1", "fd00::1"]],
    ["what is no address", ["not-an-address"]],
  ])("as a name with %s", async (_, addresses) => {
    const client = createOutboundClient({ resolve: resolvesTo(...addresses) });
    expect(await failureOf(client.post(post(`https://hooks.example:${canary.port}/`)))).toBe("refused");
  });

  test("as a name that is public when it is checked and loopback afterwards", async () => {
    let lookups = 0;
    const rebinding: Resolver = async () => {
      lookups++;
      // Unicast, and given back long ago: nothing is reached there.
      return [{ address: lookups === 1 ? "3ffe::1" : "127.0.0.1", family: lookups === 1 ? 6 : 4 }];
    };
    const client = createOutboundClient({ resolve: rebinding, timeoutMs: 300 });
    const kind = await failureOf(client.post(post(`https://rebind.example:${canary.port}/`)));
    expect(["timeout", "unreachable"]).toContain(kind);
    expect(lookups).toBe(1);
  });

  test("after a redirect, which is an answer like any other", async () => {
    const location = `http://127.0.0.1:${canary.port}/stolen`;
    const redirecting = await startCanary((_request, response) =>
      response.writeHead(307, { Location: location }).end("moved"),
    );
    const client = createOutboundClient({ allow: parseAllowList(`127.0.0.1:${redirecting.port}`) });
    const answer = await client.post(post(`http://127.0.0.1:${redirecting.port}/`));
    expect(answer).toMatchObject({ status: 307, body: "moved" });
    await redirecting.close();
  });
});

describe("a URL", () => {
  const client = createOutboundClient();
  test.each([
    ["another scheme", "ftp://example.com/", "https"],
    ["a file", "file:///etc/passwd", "https"],
    ["plain http", "http://example.com/", "https"],
    ["a name and password", "https://user:secret@example.com/", "password"],
    ["only a name", "https://user@example.com/", "password"],
    ["a mail server's port", "https://example.com:25/", "port"],
    ["the database's way in, below 1024", "https://example.com:22/", "port"],
    ["no host", "https://", "complete"],
    ["no scheme", "example.com/hook", "complete"],
    ["too much text", `https://example.com/${"x".repeat(2_048)}`, "2048"],
  ])("with %s is refused", (_, url, word) => {
    expect(() => client.check(url)).toThrow(word);
  });
  test.each([
    "https://example.com/hook?a=b",
    "https://example.com:8443/",
    "https://93.184.216.34/",
    "https://[2606:2800:220:1::1]/",
  ])("such as %s may be called", (url) => {
    expect(() => client.check(url)).not.toThrow();
  });
});

test("addresses are public or not by their range", () => {
  for (const address of ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"])
    expect(isPublicAddress(address), address).toBe(true);
  for (const address of ["", "nonsense", "127.0.0.1", "::", "5f00::1", "64:ff9b::808:808"])
    expect(isPublicAddress(address), address).toBe(false);
});

describe("the allow-list", () => {
  test("opens a host or a range, each with its port and no other", async () => {
    const open = await startCanary((_request, response) => response.writeHead(204).end());
    const { port } = open;
    const call = (allow: string, url: string, resolve?: Resolver) =>
      createOutboundClient({ allow: parseAllowList(allow), resolve }).post(post(url));
    const loopback = resolvesTo("127.0.0.1");
    await expect(call(`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`)).resolves.toMatchObject({
      status: 204,
    });
    await expect(call(`127.0.0.0/8:${port}`, `http://127.1:${port}/`)).resolves.toMatchObject({
      status: 204,
    });
    await expect(call(`Hook.test:${port}`, `http://hook.test:${port}/`, loopback)).resolves.toMatchObject({
      status: 204,
    });
    const before = open.connections();
    for (const [allow, url] of [
      [`127.0.0.1:${port + 1}`, `http://127.0.0.1:${port}/`],
      [`127.0.0.1:${port}`, `http://hook.test:${port}/`],
      [`127.0.0.1:${port}`, `https://hook.test:${port}/`],
      [`10.0.0.0/8:${port}`, `https://hook.test:${port}/`],
      [`hook.test:${port}`, `https://evil.hook.test:${port}/`],
    ] as const)
      expect(await failureOf(call(allow, url, loopback)), allow).toBe("refused");
    expect(open.connections()).toBe(before);
    await open.close();
  });

  test.each([
    "localhost",
    "10.0.0.0/8",
    "10.0.0.0/33:80",
    "http://a:80",
    "a b:80",
    "a:0",
    "a:70000",
    "::1:80",
  ])("has no entry like %s", (entry) => {
    expect(() => parseAllowList(entry)).toThrow(entry);
  });
  test("may be empty, and takes IPv6 in brackets", () => {
    expect(parseAllowList(" , ")).toEqual([]);
    expect(parseAllowList("[::1]:80, [fd00::]/8:443")).toHaveLength(2);
  });
});

describe("an answer", () => {
  const answering = async (answer: Parameters<typeof startCanary>[0], timeoutMs = 15_000) => {
    const server = await startCanary(answer);
    const allow = parseAllowList(`127.0.0.1:${server.port}`);
    return {
      server,
      client: createOutboundClient({ allow, timeoutMs }),
      url: `http://127.0.0.1:${server.port}/a?b=c`,
    };
  };

  test("is given with its status and the beginning of its body; the request went out as it was", async () => {
    let body = "";
    const { server, client, url } = await answering((request, response) => {
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => response.writeHead(503, { "Retry-After": "7" }).end(`\0${"ü".repeat(3_000)}`));
    });
    const answer = await client.post({ ...post(url), headers: { "X-One": "1", "User-Agent": "Signalbox" } });
    expect(answer).toEqual({ status: 503, retryAfter: "7", body: `\ufffd${"ü".repeat(1_999)}` });
    expect(body).toBe("hello");
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      url: "/a?b=c",
      headers: { "x-one": "1", "content-length": "5", host: `127.0.0.1:${server.port}` },
    });
    await server.close();
  });

  test("that never ends is cut off, and counts", async () => {
    const { server, client, url } = await answering((_request, response) => {
      response.writeHead(200);
      const more = () => void (response.destroyed || response.write("x".repeat(16_384), more));
      more();
    });
    expect(await client.post(post(url))).toMatchObject({ status: 200, body: "x".repeat(2_000) });
    await server.close();
  });

  test.each([
    ["does not begin", () => {}],
    [
      "stops in its head",
      (_: unknown, response: import("node:http").ServerResponse) => response.socket?.write("HTTP/1.1 200"),
    ],
    [
      "stops in its body",
      (_: unknown, response: import("node:http").ServerResponse) => response.writeHead(200).write("a"),
    ],
  ])("that %s is a timeout", async (_, answer) => {
    const { server, client, url } = await answering(answer, 150);
    expect(await failureOf(client.post(post(url)))).toBe("timeout");
    await server.close();
  });

  test("is not waited for when the caller gives up, nor is a look-up", async () => {
    const giveUp = new AbortController();
    const { server, client, url } = await answering(() => giveUp.abort());
    expect(await failureOf(client.post({ ...post(url), signal: giveUp.signal }))).toBe("aborted");
    expect(await failureOf(client.post({ ...post(url), signal: AbortSignal.abort() }))).toBe("aborted");
    const endless = createOutboundClient({ resolve: () => new Promise(() => {}), timeoutMs: 50 });
    expect(await failureOf(endless.post(post("https://slow.example/")))).toBe("timeout");
    await server.close();
  });

  test("that breaks off, or is no HTTP, is a failure with words", async () => {
    const { server, client, url } = await answering((_request, response) => response.socket?.destroy());
    expect(await failureOf(client.post(post(url)))).toBe("unreachable");
    await server.close();
    await expect(client.post(post(url))).rejects.toThrow("The connection was refused.");
    const garbled = await answering((_request, response) => void response.socket?.end("SSH-2.0-OpenSSH\r\n"));
    expect(await failureOf(garbled.client.post(post(garbled.url)))).toBe("unreachable");
    await garbled.server.close();
    const unknown = createOutboundClient({ resolve: async () => [] });
    expect(await failureOf(unknown.post(post("https://nobody.example/")))).toBe("unresolved");
  });

  test("over TLS is taken from a host that proves its name only", async () => {
    const { server, url } = await answering(() => {});
    const allow = parseAllowList(`127.0.0.1:${server.port}`);
    const client = createOutboundClient({ allow, timeoutMs: 2_000 });
    expect(await failureOf(client.post(post(url.replace("http:", "https:"))))).toBe("unreachable");
    await server.close();
  });
});

test("the canary sings when it is reached", async () => {
  const other = await startCanary();
  await new Promise<void>((resolve) => connect(other.port, "127.0.0.1", resolve));
  await expect.poll(other.connections).toBe(1);
  await other.close();
});
