import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import { type ReadMail, readMail } from "./read-mail.ts";

export interface ReceivedMail extends ReadMail {
  from: string;
  to: string[];
}

/** A real SMTP server on loopback that keeps what it is given. */
export interface MailServer {
  url: string;
  received: ReceivedMail[];
  /** The mails for an address, once there are `count` of them. */
  to(address: string): ReceivedMail[];
  /** What it answers to each recipient, or to one, from now on: a code such as 550, or 250. */
  answer(code: number, address?: string): void;
  /** Nobody listens any more … */
  stop(): Promise<void>;
  /** … and again, at the same address. */
  start(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  let code = 250;
  const codes = new Map<string, number>();
  let port = 0;
  let server: SMTPServer | undefined;

  const open = (): SMTPServer =>
    new SMTPServer({
      authOptional: true,
      // Its certificate is its own making, which a client is right to refuse.
      disabledCommands: ["STARTTLS"],
      onRcptTo({ address }, _session, done) {
        const answer = codes.get(address) ?? code;
        if (answer === 250) return done();
        done(Object.assign(new Error(`answer ${answer}`), { responseCode: answer }));
      },
      onData(stream, session, done) {
        textOf(stream).then((text) => {
          const { mailFrom, rcptTo } = session.envelope;
          received.push({
            ...readMail(text),
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
          });
          done();
        }, done);
      },
    });
  const start = async () => {
    const opened = open();
    server = opened;
    await new Promise<void>((resolve, reject) => {
      opened.on("error", reject);
      opened.listen(port, "127.0.0.1", resolve);
    });
    port = (opened.server.address() as AddressInfo).port;
  };
  await start();
  return {
    get url() {
      return `smtp://127.0.0.1:${port}`;
    },
    received,
    to: (address) => received.filter((mail) => mail.to.includes(address)),
    answer(next, address) {
      if (address !== undefined) codes.set(address, next);
      else {
        codes.clear();
        code = next;
      }
    },
    stop: () => new Promise((resolve) => (server === undefined ? resolve() : server.close(() => resolve()))),
    start,
  };
}

async function textOf(stream: SMTPServerDataStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}
