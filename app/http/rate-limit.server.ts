import type { AppLoadContext } from "@remix-run/node";
import type { Actor } from "#app/domain/auth/actor.ts";
import { refusalOf, secondsUntil, type Verdict } from "#app/domain/limits/verdict.ts";

/**
 * Counts the request of somebody known: once, however many loaders a page has. Nothing to wait for
 * unless a promise is given.
 * @throws AppError rate_limited
 */
export function countActor(context: AppLoadContext, actor: Actor): Promise<void> | undefined {
  if (actor.kind === "system") return undefined;
  context.counted ??= context.runtime.limits.takeActor(actor, context);
  return pass(context);
}

/** Counts the request of nobody known, at the address it came from. */
export function countStranger(context: AppLoadContext): Promise<void> | undefined {
  context.counted ??= context.runtime.limits.takeAddress(context.clientAddress, context);
  return pass(context);
}

function pass(context: AppLoadContext): Promise<void> | undefined {
  const { counted } = context;
  if (!(counted instanceof Promise)) return settle(context, counted);
  return counted.then((verdict) => settle(context, verdict));
}

function settle(context: AppLoadContext, verdict: Verdict | undefined): undefined {
  context.verdict = verdict;
  if (verdict !== undefined && !verdict.isWithin) throw refusalOf(verdict);
}

/**
 * What an answer says of the limit that its request was counted against: in the names that many
 * clients know (the reset as seconds since 1970), and in the IETF's, draft 10.
 * https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
 */
export function rateLimitHeaders({ limit, requests, windowMs, remaining, resetMs }: Verdict) {
  const seconds = secondsUntil(resetMs);
  return {
    "x-ratelimit-limit": String(requests),
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Math.ceil(Date.now() / 1000) + seconds),
    "ratelimit-policy": `"${limit}";q=${requests};w=${secondsUntil(windowMs)}`,
    ratelimit: `"${limit}";r=${remaining};t=${seconds}`,
  };
}
