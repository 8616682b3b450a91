import { describe, expect, test } from "vitest";
import { isAppError } from "#app/domain/errors.ts";
import { maxBodyBytes, readJsonBody } from "#app/http/read-body.server.ts";

const post = (
  body: BodyInit | null,
  headers: Record<string, string> = { "Content-Type": "application/json" },
) =>
  new Request("http://localhost/", {
    method: "POST",
    body,
    headers,
    ...(body instanceof ReadableStream && { duplex: "half" }),
  });

async function refusal(body: BodyInit | null, headers?: Record<string, string>) {
  const error: unknown = await readJsonBody(post(body, headers)).then(
    (value) => {
      throw new Error(`was accepted: ${JSON.stringify(value)?.slice(0, 80)}`);
    },
    (thrown: unknown) => thrown,
  );
  if (!isAppError(error)) throw error;
  return { code: error.code, path: error.errors[0]?.path };
}

const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

describe("a JSON body", () => {
  test("is read whatever JSON it is", async () => {
    expect(await readJsonBody(post('{"a":[1,"é 😀 \\u00e9 \\ud83d\\ude00",null,true,-0.5]}'))).toEqual({
      a: [1, "é 😀 é 😀", null, true, -0.5],
    });
  });

  test.each([
    "application/json",
    "application/json; charset=utf-8",
    'Application/JSON;charset="UTF-8"',
    "application/vnd.x+json",
  ])("may call itself %s", async (type) => {
    expect(await readJsonBody(post("{}", { "Content-Type": type }))).toEqual({});
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=latin1",
    "multipart/form-data; boundary=x",
  ])("may not call itself %s", async (type) => {
    expect(await refusal("{}", { "Content-Type": type })).toEqual({
      code: "unsupported_media_type",
      path: "header.Content-Type",
    });
  });

  test("must say its type", async () => {
    expect(await refusal(new Blob(["{}"]).stream(), {})).toMatchObject({ code: "unsupported_media_type" });
  });

  test("must not be compressed", async () => {
    expect(await refusal("{}", { "Content-Type": "application/json", "Content-Encoding": "gzip" })).toEqual({
      code: "unsupported_media_type",
      path: "header.Content-Encoding",
    });
  });

  test("may have exactly the limit, and no byte more, however it is sent", async () => {
    const exactly = `"${"x".repeat(maxBodyBytes - 2)}"`;
    expect(await readJsonBody(post(exactly))).toHaveLength(maxBodyBytes - 2);
    expect(await refusal(`${exactly} `)).toMatchObject({ code: "payload_too_large" });
    expect(await refusal(new Blob([`${exactly} `]).stream())).toMatchObject({ code: "payload_too_large" });
  });

  test("is refused by its declared length before any of it is read", async () => {
    let pulled = 0;
    const body = new ReadableStream({ pull: () => void pulled++ }, { highWaterMark: 0 });
    expect(
      await refusal(body, { "Content-Type": "application/json", "Content-Length": String(maxBodyBytes + 1) }),
    ).toMatchObject({ code: "payload_too_large" });
    expect(pulled).toBe(0);
  });

  test.each([
    ["nothing", ""],
    ["half of it", '{"a":'],
    ["two of them", "{}{}"],
    ["a bare NUL", '{"a":"\0"}'],
    ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["a surrogate in UTF-8", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])("is malformed when it is %s", async (_what, body) => {
    expect(await refusal(body)).toMatchObject({ code: "malformed_body" });
  });

  test.each([
    ["an escaped NUL", '{"a":{"b":["\\u0000"]}}', "a.b.0"],
    ["a lone high surrogate", '{"a":"\\ud800"}', "a"],
    ["a lone low surrogate", '{"a":"x\\udc00y"}', "a"],
    ["a NUL in a name", '{"a":{"\\u0000":1}}', "a"],
    ["a name that is not just data", '{"a":{"__proto__":{}}}', "a.__proto__"],
    ["an overflowing number", '{"n":1e999}', "n"],
    ["an integer that would change", '{"n":[9007199254740993]}', "n.0"],
    ["a bare unstorable string", '"\\u0000"', "body"],
  ])("is refused for %s, by its path", async (_what, body, path) => {
    expect(await refusal(body)).toEqual({ code: "invalid_input", path });
  });

  test("may be 64 levels deep, and not 65, nor as deep as a megabyte goes", async () => {
    expect(await readJsonBody(post(nested(64)))).toBeInstanceOf(Array);
    expect(await refusal(nested(65))).toMatchObject({ code: "invalid_input" });
    expect(await refusal(nested(maxBodyBytes / 2))).toMatchObject({ code: "invalid_input" });
  });

  test("keeps the paths it names short", async () => {
    const { path } = await refusal(`{"${"x".repeat(100_000)}":"\\u0000"}`);
    expect(path?.length).toBeLessThan(300);
  });
});
