import { PassThrough } from "node:stream";
import {
  type ActionFunctionArgs,
  type AppLoadContext,
  createReadableStreamFromReadable,
  type EntryContext,
  type LoaderFunctionArgs,
} from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { NonceProvider } from "./ui/nonce.ts";

/** How long a page may wait for its deferred parts. */
export const streamTimeout = 5_000;

/** Renders a page: streamed to browsers as it becomes ready, whole to crawlers. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
  context: AppLoadContext,
): Promise<Response> {
  const waitForAll = isbot(request.headers.get("User-Agent") ?? "");
  const nonce = context.cspNonce ?? "";
  return new Promise((resolve, reject) => {
    let status_ = status;
    let isShellSent = false;
    const answer = () => {
      isShellSent = true;
      const body = new PassThrough();
      headers.set("Content-Type", "text/html; charset=utf-8");
      if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
      resolve(new Response(createReadableStreamFromReadable(body), { headers, status: status_ }));
      pipe(body);
    };
    const { pipe, abort } = renderToPipeableStream(
      <NonceProvider value={nonce}>
        <RemixServer context={remixContext} url={request.url} abortDelay={streamTimeout} nonce={nonce} />
      </NonceProvider>,
      {
        nonce,
        onShellReady: () => {
          if (!waitForAll) answer();
        },
        onAllReady: () => {
          if (waitForAll) answer();
          clearTimeout(timer);
        },
        onShellError: (error) => {
          clearTimeout(timer);
          reject(error);
        },
        onError(error) {
          status_ = 500;
          // What fails before the shell is out is rejected above, and logged by handleError.
          if (isShellSent && !context.signal.aborted)
            context.runtime.log.error(
              { err: error, requestId: context.requestId },
              "A page failed while it was sent",
            );
        },
      },
    );
    // Past the timeout of the data stream, so that the parts that timed out are still rendered.
    const timer = setTimeout(abort, streamTimeout + 1_000);
    context.signal.addEventListener("abort", () => {
      clearTimeout(timer);
      abort(context.signal.reason);
    });
  });
}

/** What a loader or a render threw that is no answer. An answer is a 404, or was logged when it was made. */
export function handleError(error: unknown, { context }: LoaderFunctionArgs | ActionFunctionArgs): void {
  if (isRouteErrorResponse(error)) return;
  if (context.signal.aborted) return;
  context.runtime.log.error({ err: error, requestId: context.requestId }, "A page failed");
}
