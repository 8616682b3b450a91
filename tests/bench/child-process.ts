import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export interface ChildOptions {
  /** Path of a module; TypeScript is run by tsx. */
  module: string;
  env?: Record<string, string>;
  nodeOptions?: string[];
}

/** A process of the bench; it talks in JSON messages over Node's channel. */
export interface Child {
  pid: number;
  /** Sends a message and gives the next one that comes back. */
  ask<Answer>(message: object): Promise<Answer>;
  /** The next message from it. Throws when the process ends instead. */
  next<Answer>(): Promise<Answer>;
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 20_000;

/** Starts a module in a process of its own, so that its memory and its event loop are its own too. */
export function startChild({ module, env = {}, nodeOptions = [] }: ChildOptions): Child {
  const child = fork(module, [], {
    execArgv: [...(module.endsWith(".ts") ? ["--import", "tsx"] : []), ...nodeOptions],
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const messages: unknown[] = [];
  let wake: (() => void) | undefined;
  let ended: Error | undefined;
  child.on("message", (message) => {
    messages.push(message);
    wake?.();
  });
  child.on("exit", (code, signal) => {
    ended = new Error(`${module} ended with ${signal ?? code}.`);
    wake?.();
  });

  async function next<Answer>(): Promise<Answer> {
    while (messages.length === 0) {
      if (ended !== undefined) throw ended;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return messages.shift() as Answer;
  }

  return {
    pid: child.pid ?? 0,
    next,
    ask<Answer>(message: object): Promise<Answer> {
      child.send(message);
      return next<Answer>();
    },
    stop: () => stopChild(child),
  };
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}
