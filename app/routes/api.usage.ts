import { z } from "zod";
import { invalidInput, isAppError } from "#app/domain/errors.ts";
import { idempotencyKeySchema } from "#app/domain/messaging/schema.ts";
import type { SettledUsage } from "#app/domain/usage/prepared-usage.ts";
import { maxUsageBytes, usageBatchSchema, usageEventSchema } from "#app/domain/usage/schema.ts";
import { type ApiInput, api, json } from "#app/http/api-route.server.ts";
import { parseInput, readHeader } from "#app/http/parse-input.server.ts";
import { parseUsageEvent, usageAnswer } from "#app/http/usage-answer.server.ts";

/** One event, or many: the two have nothing in common but being objects, so that each names its own fields. */
const anyBody = z.record(z.string(), z.unknown());
type Reported = ApiInput<"authenticated", z.ZodType, z.ZodType, z.output<typeof anyBody>>;

const route = api({
  POST: {
    // An agent's key reports for its agent whatever else it may do; the domain asks others for activity:write.
    scope: "authenticated",
    body: anyBody,
    json: { maxBytes: maxUsageBytes, itemsOf: "events" },
    handler: (input) => ("events" in input.body ? recordMany(input) : recordOne(input)),
  },
});

async function recordOne({ runtime, actor, body, headers, request }: Reported): Promise<Response> {
  const event = parseInput(usageEventSchema, body, "body");
  const headerKey = readHeader(headers, "Idempotency-Key", idempotencyKeySchema);
  if (headerKey !== undefined && event.idempotencyKey !== undefined && headerKey !== event.idempotencyKey)
    throw invalidInput("idempotencyKey", "is another key than the header Idempotency-Key");
  const idempotencyKey = headerKey ?? event.idempotencyKey;
  const [settled] = await runtime.usage.record(actor, [{ ...event, idempotencyKey }], request);
  if (settled === undefined) throw new Error("an event has no outcome");
  if (settled.kind === "rejected" || settled.kind === "failed") throw settled.error;
  const { kind: outcome, ...counted } = settled;
  return json({ outcome, ...counted }, { status: outcome === "recorded" ? 201 : 200 });
}

async function recordMany({ runtime, actor, body, request, missing }: Reported) {
  const { events } = parseInput(usageBatchSchema, body, "body");
  const parsed = events.map(parseUsageEvent);
  const recorded = await runtime.usage.record(
    actor,
    parsed.flatMap((one) => (isAppError(one) ? [] : [one])),
    request,
  );
  // Nothing was counted, and not by anybody's rule: as for a single event, that is no answer but an error.
  const [first] = recorded;
  if (first?.kind === "failed" && recorded.every(({ kind }) => kind === "failed")) throw first.error;
  const outcomes = recorded.values();
  const settled = parsed.map((one): SettledUsage => {
    if (isAppError(one)) return { kind: "rejected", error: one };
    return outcomes.next().value ?? { kind: "failed", error: new Error("an event has no outcome") };
  });
  const unexpected = recorded.find((one) => one.kind === "failed" && !isAppError(one.error));
  if (unexpected?.kind === "failed")
    runtime.log.error({ err: unexpected.error, requestId: request.requestId }, "Usage of a batch failed");
  missing(events.filter((_, index) => settled[index]?.kind === "rejected"));
  return usageAnswer(settled, request.requestId);
}

export const loader = route.loader;
export const action = route.action;
