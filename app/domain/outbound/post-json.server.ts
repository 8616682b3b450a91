import type { OutboundAnswer, OutboundClient } from "./outbound-client.server.ts";
import { isOutboundError } from "./outbound-error.ts";

export interface JsonPost {
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** JSON. */
  body: string;
  signal?: AbortSignal | undefined;
}

/** What came of a post. */
export interface PostResult {
  outcome: "delivered" | "failed";
  statusCode: number | null;
  /** As the receiver wrote it. */
  retryAfter: string | undefined;
  error: string | null;
  responseBody: string | null;
  startedAt: Date;
  durationMs: number;
}

/** A post that was not made, or brought no answer. */
export const unanswered = (error: string, startedAt = new Date(), durationMs = 0): PostResult => ({
  ...{ outcome: "failed", statusCode: null, retryAfter: undefined, error, responseBody: null },
  ...{ startedAt, durationMs },
});

/**
 * Posts JSON. Every answer but 2xx is a failure, redirects too: they are not followed.
 * @throws OutboundError aborted, when the caller gave up: then nothing is known.
 */
export async function postJson(
  outbound: OutboundClient,
  { url, headers, body, signal }: JsonPost,
  startedAt = new Date(),
): Promise<PostResult> {
  const sinceMs = performance.now();
  const durationMs = () => Math.round(performance.now() - sinceMs);
  try {
    const answer = await outbound.post({
      url,
      headers: { "Content-Type": "application/json", "User-Agent": "Signalbox", ...headers },
      body,
      ...(signal && { signal }),
    });
    return { ...resultOf(answer), startedAt, durationMs: durationMs() };
  } catch (error) {
    if (!isOutboundError(error) || error.kind === "aborted") throw error;
    return unanswered(sentenceOf(error.message), startedAt, durationMs());
  }
}

function resultOf(answer: OutboundAnswer): Omit<PostResult, "startedAt" | "durationMs"> {
  const isAccepted = answer.status >= 200 && answer.status < 300;
  return {
    outcome: isAccepted ? "delivered" : "failed",
    statusCode: answer.status,
    retryAfter: answer.retryAfter,
    error: isAccepted ? null : wordsOf(answer.status),
    responseBody: answer.body === "" ? null : answer.body,
  };
}

const wordsOf = (status: number): string =>
  status >= 300 && status < 400
    ? `It answered ${status}; redirects are not followed.`
    : `It answered ${status}.`;

/** What is wrong with a URL is said as a part of a sentence. */
const sentenceOf = (message: string): string =>
  message.startsWith("must ") ? `Its URL ${message}.` : message;
