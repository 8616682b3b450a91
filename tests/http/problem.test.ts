import { describe, expect, test } from "vitest";
import { AppError, errorCodes } from "#app/domain/errors.ts";
import { classifyError, problemKinds, problemResponse } from "#app/http/problem.server.ts";
import { DatabaseUnavailableError } from "#db/database.ts";

const named = (name: string, fields: object) => Object.assign(new Error("inside"), { name }, fields);

describe("problem documents", () => {
  test("have a status and a category for every code of the domain", () => {
    for (const code of errorCodes) {
      const { status, category } = problemKinds[code];
      expect(status).toBeGreaterThanOrEqual(400);
      if (status === 401) expect(category).toBe("authentication");
      if (status === 403) expect(category).toBe("authorization");
      if ([400, 404, 405, 409, 413, 415].includes(status)) expect(category).toBe("validation");
      if (status === 429) expect(category).toBe("rate_limit");
    }
  });

  test("carry the sentence, the fields and the extensions of a coded error", async () => {
    const error = new AppError("no_allowlist_edge", "Not on the list.", {
      extensions: { messageId: "msg_1" },
    });
    const response = problemResponse(error, "req-1");
    expect(response.status).toBe(403);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(await response.json()).toEqual({
      type: "/problems/no_allowlist_edge",
      title: "Blocked by the allowlist",
      status: 403,
      detail: "Not on the list.",
      code: "no_allowlist_edge",
      category: "authorization",
      requestId: "req-1",
      messageId: "msg_1",
    });
  });

  test("know a coded error of the other bundle, whose class is another", () => {
    const foreign = Object.assign(new Error("Gone."), {
      [Symbol.for("signalbox.AppError")]: true,
      code: "not_found",
      errors: [],
      extensions: {},
      retryAfterSeconds: undefined,
    });
    expect(classifyError(foreign, "r").problem).toMatchObject({ status: 404, detail: "Gone." });
  });

  test("say when to come back", () => {
    expect(problemResponse(new AppError("overloaded", "Busy."), "r").headers.get("Retry-After")).toBe("1");
    const limited = new AppError("rate_limited", "Slow down.", { retryAfterSeconds: 7 });
    expect(problemResponse(limited, "r").headers.get("Retry-After")).toBe("7");
  });

  test.each([
    ["the breaker's refusal", new DatabaseUnavailableError("away"), 503],
    [
      "a lost connection inside Drizzle's wrapper",
      new Error("query", { cause: named("PostgresError", { code: "08006" }) }),
      503,
    ],
    ["a statement timeout", named("PostgresError", { code: "57014" }), 503],
    ["a lock that was not had", named("PostgresError", { code: "55P03" }), 503],
    ["a deadlock", named("PostgresError", { code: "40P01" }), 503],
    ["a statement that PostgreSQL dislikes", named("PostgresError", { code: "42P01" }), 500],
  ])("make %s a problem of the database", (_what, error, status) => {
    const { problem, unexpected } = classifyError(error, "req-1");
    expect(problem).toMatchObject({ status, category: "database" });
    expect(unexpected).toBe(true);
    expect(JSON.stringify(problem)).not.toContain("inside");
  });

  test("tell a stranger nothing of an error that nobody foresaw", () => {
    const { problem } = classifyError(new TypeError("secret of line 7"), "req-1");
    expect(problem).toMatchObject({ status: 500, category: "unknown", code: "internal" });
    expect(JSON.stringify(problem)).not.toContain("secret");
    expect(problem.detail).toContain("req-1");
  });
});
