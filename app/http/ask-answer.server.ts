import type { AnswerData, AskEvent, AskedData } from "#app/domain/asking/ask-schema.ts";
import { cancelAsk } from "#app/domain/asking/cancel-ask.server.ts";
import { answerOrThrow, lastEvent } from "#app/domain/asking/ending-words.ts";
import type { AskListener } from "#app/domain/asking/waiting-room.server.ts";
import type { Actor, RequestInfo } from "#app/domain/auth/actor.ts";
import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import { isAppError } from "#app/domain/errors.ts";
import { encodeEvent, heartbeatFrame } from "#app/domain/live/frames.ts";
import type { Runtime } from "#app/runtime.ts";
import { type PushSink, pushResponse } from "./push-body.server.ts";
import { credentialOf, streamHeaders } from "./sse.server.ts";

export interface AskerOptions {
  runtime: Runtime;
  actor: Actor;
  asked: AskedData;
  request: RequestInfo;
}

/**
 * Waits for the answer to a question that is asked. Who goes away meanwhile cancels it.
 * Throws `agent_timeout`, `agent_unreachable`, `conflict` (cancelled), `unauthenticated`, `shutting_down`.
 */
export function waitForAnswer({
  signal,
  ...asker
}: AskerOptions & { signal: AbortSignal }): Promise<AnswerData> {
  return new Promise((resolve, reject) => {
    const stop = () => leave();
    const leave = listen(asker, {
      onPartial() {},
      onEnd(ending) {
        signal.removeEventListener("abort", stop);
        try {
          resolve(answerOrThrow(asker.asked, ending));
        } catch (error) {
          reject(error);
        }
      },
    });
    if (signal.aborted) leave();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

const heartbeatMs = 15_000;
/** For a client that takes nothing; an answer is at most a quarter of it. */
const maxOwedBytes = 1024 * 1024;

/** The answer as it is made: an event stream, at whose end the client's going changes nothing. */
export function streamAnswer(asker: AskerOptions): Response {
  return pushResponse((sink) => openStream(asker, sink), { headers: streamHeaders });
}

function openStream(asker: AskerOptions, sink: PushSink) {
  const { conversationId, messageId } = asker.asked;
  let owedBytes = 0;
  let isOver = false;
  const write = (chunk: Uint8Array): void => {
    if (sink.write(chunk)) return;
    owedBytes += chunk.byteLength;
    if (owedBytes > maxOwedBytes) sink.destroy();
  };
  const say = ({ event, data }: AskEvent): void => write(encodeEvent(event, data));

  say({ event: "question", data: asker.asked });
  const beat = setInterval(() => owedBytes === 0 && write(heartbeatFrame), heartbeatMs).unref();
  const leave = listen(asker, {
    onPartial: ({ id, text }) =>
      say({ event: "partial", data: { conversationId, messageId, partialId: id, text } }),
    onEnd(ending) {
      if (isOver) return;
      isOver = true;
      clearInterval(beat);
      say(lastEvent(asker.asked, ending));
      sink.end();
    },
  });
  return {
    drained() {
      owedBytes = 0;
    },
    closed() {
      clearInterval(beat);
      if (isOver) return;
      isOver = true;
      leave();
    },
  };
}

/** Begins to listen; gives how to go away. */
function listen({ runtime, actor, asked, request }: AskerOptions, listener: AskListener): () => void {
  const { conversationId, messageId, agentId } = asked;
  const credential: CredentialRef = credentialOf(actor);
  const { tenantId } = actor;
  const listening = { listener, credential };
  const { leave } = runtime.asking.open({ tenantId, messageId, conversationId, listening });
  return () => {
    leave();
    cancelAsk(askServices(runtime), actor, { agentId, messageId, reason: "disconnected", request }).catch(
      (error: unknown) => {
        // It had ended just then.
        if (isAppError(error) && error.code === "conflict") return;
        runtime.log.warn({ err: error, messageId }, "a question could not be cancelled");
      },
    );
  };
}

/** What ending a question needs of the runtime. */
export const askServices = ({ db, log, sender, bus, meter }: Runtime) => ({ db, log, sender, bus, meter });
