import { Writable } from "node:stream";
import { type Level, type Logger, pino } from "pino";

/** A log whose lines a test can read. */
export interface KeptLog {
  log: Logger;
  lines: string[];
}

export function keepLog(level: Level): KeptLog {
  const lines: string[] = [];
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(...chunk.toString().split("\n").filter(Boolean));
      done();
    },
  });
  return { log: pino({ level }, out), lines };
}
