/** The part of a pino logger that the database layer needs; db imports nothing of ours and no logger. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const ignore = (): void => {};
/** For callers that have nowhere to write to. */
export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
