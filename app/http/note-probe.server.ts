import type { AppLoadContext } from "@remix-run/node";
import type { Actor } from "#app/domain/auth/actor.ts";
import { namedIds } from "#app/domain/auth/probes/named-ids.ts";
import { isAppError } from "#app/domain/errors.ts";

/** Refusals that a handler gives for an id that it does not find; the input itself was well formed. */
const mayMeanAbsent: ReadonlySet<string> = new Set(["not_found", "invalid_input", "sender_mismatch"]);

export const mayBeProbe = (error: unknown): boolean => isAppError(error) && mayMeanAbsent.has(error.code);

/** Has the watch look, later, whether ids in `named` are another tenant's. */
export function noteProbe(
  { runtime }: AppLoadContext,
  actor: Actor,
  request: Request,
  params: Record<string, string | undefined>,
  named: readonly unknown[],
): void {
  const ids = namedIds(...named);
  if (ids.length > 0) runtime.probes.note(actor, ids, routeOf(request, params));
}

/** The method and path with its parameters' names in their places: values may be the prober's own. */
function routeOf(request: Request, params: Record<string, string | undefined>): string {
  const { pathname } = new URL(request.url);
  const names = new Map(Object.entries(params).map(([name, value]) => [value, name]));
  const pattern = pathname
    .split("/")
    .map((part) => (names.has(part) ? `:${names.get(part)}` : part))
    .join("/");
  return `${request.method} ${pattern.replace(/\.data$/, "")}`.slice(0, 200);
}
