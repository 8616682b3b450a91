import { connect, type Socket } from "node:net";

/** A bare connection to a server, for what no well-behaved client sends. */
export function openRaw(origin: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.once("error", reject);
  });
}

export interface RawAnswer {
  status: number;
  headers: string;
  body: string;
}

/** Sends this text as it is and gives what comes back until the server closes or `until` holds. */
export async function sendRaw(
  origin: string,
  text: string | Buffer,
  until: (received: string) => boolean = () => false,
): Promise<RawAnswer> {
  const socket = await openRaw(origin);
  const received = await new Promise<string>((resolve, reject) => {
    let all = "";
    socket.on("data", (chunk) => {
      all += chunk.toString("latin1");
      if (until(all)) resolve(all);
    });
    socket.once("error", (error) => (all === "" ? reject(error) : resolve(all)));
    socket.once("close", () => resolve(all));
    socket.write(text);
  });
  socket.destroy();
  const [head = "", ...rest] = received.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  const isChunked = /transfer-encoding: chunked/i.test(head);
  return { status: Number(head.split(" ")[1]), headers: head, body: isChunked ? joinChunks(body) : body };
}

/** The body of an answer that came in chunks, each after its length in hexadecimal. */
function joinChunks(body: string): string {
  let joined = "";
  for (let at = 0; ; ) {
    const end = body.indexOf("\r\n", at);
    const length = end === -1 ? 0 : Number.parseInt(body.slice(at, end), 16);
    if (!length) return joined;
    joined += body.slice(end + 2, end + 2 + length);
    at = end + 2 + length + 2;
  }
}
