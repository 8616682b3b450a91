const encoder = new TextEncoder();

/**
 * A Response whose text (or its bytes) is made as it is read: the next piece when the client has taken the last, and
 * none any more when it has gone.
 */
export function textStream(
  pieces: AsyncGenerator<string | Uint8Array, void, undefined>,
  init: ResponseInit,
): Response {
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      },
      async cancel() {
        await pieces.return();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, init);
}
