import type { Actor } from "#app/domain/auth/actor.ts";
import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import { AppError } from "#app/domain/errors.ts";
import type { ActivityStart } from "#app/domain/live/activity-hub.server.ts";
import type { SubscribeOptions } from "#app/domain/live/live-hub.server.ts";
import type { Runtime } from "#app/runtime.ts";
import { pushResponse } from "./push-body.server.ts";

/** Of any event stream. */
export const streamHeaders = {
  "Content-Type": "text/event-stream; charset=utf-8",
  // Nobody between us and the client may keep it, change it or hold it back until it is larger.
  "Cache-Control": "no-cache, no-store, no-transform",
  "X-Accel-Buffering": "no",
};

type LiveStreamOptions = Pick<SubscribeOptions, "needs" | "face" | "mailboxes" | "hints" | "hintsAgeMs"> & {
  runtime: Runtime;
  actor: Actor;
};

/**
 * The answer of both stream routes: an event stream of what the actor may watch.
 * @throws AppError shutting_down, overloaded
 */
export function liveStream({ runtime, actor, ...watched }: LiveStreamOptions): Response {
  const { live } = runtime;
  const { tenantId } = actor;
  const credential = credentialOf(actor);
  live.assertOpen();
  return pushResponse((sink) => live.subscribe({ tenantId, credential, ...watched, sink }), {
    headers: streamHeaders,
  });
}

/**
 * The answer of the activity's stream: an event stream of what is recorded in the actor's tenant.
 * @throws AppError shutting_down, overloaded
 */
export function activityStream({
  runtime,
  actor,
  startAt,
}: {
  runtime: Runtime;
  actor: Actor;
  startAt: ActivityStart;
}): Response {
  const { activity } = runtime;
  const { tenantId } = actor;
  const credential = credentialOf(actor);
  activity.assertOpen();
  return pushResponse((sink) => activity.subscribe({ tenantId, credential, startAt, sink }), {
    headers: streamHeaders,
  });
}

/** What a stream is ended by when it no longer holds. */
export function credentialOf(actor: Actor): CredentialRef {
  if (actor.kind === "system") throw new AppError("forbidden", "The system watches no streams.");
  return { tenantId: actor.tenantId, ...actor.credential };
}
