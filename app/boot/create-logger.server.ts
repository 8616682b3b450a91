import {
  type DestinationStream,
  destination,
  type Logger,
  type LoggerOptions,
  pino,
  stdTimeFunctions,
} from "pino";
import { harmlessLine } from "./log-line.ts";

export interface OwnedLogger {
  log: Logger;
  /** Writes out what is still in memory, before the process ends. */
  flush(): void;
}

/** JSON lines on stdout, written in the background so that a slow terminal holds up no request. */
export function createLogger(level: string, role: string): OwnedLogger {
  const out = destination({ dest: 1, sync: false });
  const log = pino(loggerOptions(level, role), out satisfies DestinationStream);
  return {
    log,
    flush() {
      try {
        out.flushSync();
      } catch {
        // Not open yet, or stdout is gone: there is nowhere left to write.
      }
    },
  };
}

const secretNames = ["password", "authorization", "cookie", "key", "token", "secret"];

/** What every line says, and what none may. */
export const loggerOptions = (level: string, role: string): LoggerOptions => ({
  level,
  base: { service: "signalbox", role, pid: process.pid },
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label) => ({ level: label }) },
  // Never on purpose; for the day that somebody logs a whole object.
  redact: { paths: secretNames.map((name) => `*.${name}`), censor: "[redacted]" },
  hooks: { streamWrite: harmlessLine },
});
