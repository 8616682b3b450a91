/** What `/health/ready` says of one thing it depends on. */
export interface CheckResult {
  status: "ok" | "failing";
  detail?: string;
}

export interface HealthReport {
  status: "ok" | "failing";
  checks: Record<string, CheckResult>;
}

/** Whether this process should get traffic. */
export interface Health {
  /** Asks every check, each for at most `timeoutMs`; answers of the last second are used again. */
  ready(): Promise<HealthReport>;
  /** Asks this too from now on. */
  watch(name: string, check: Check): void;
  /** From now on not ready: the process is stopping. */
  drain(): void;
}

/** Throws, with a sentence, when the thing is not well. */
export type Check = () => Promise<void> | void;

interface HealthOptions {
  timeoutMs?: number;
  /** How long an answer stands, so that probes cost the database nothing much. */
  freshMs?: number;
}

/** Makes the readiness answer out of named checks (database, migrations, worker). */
export function createHealth({ timeoutMs = 2_500, freshMs = 1_000 }: HealthOptions = {}): Health {
  const checks = new Map<string, Check>();
  let draining = false;
  let latest: { at: number; report: Promise<HealthReport> } | undefined;

  async function ask(): Promise<HealthReport> {
    const named = await Promise.all(
      [...checks].map(async ([name, check]) => [name, await result(check, timeoutMs)] as const),
    );
    const failing = named.some(([, { status }]) => status === "failing");
    return { status: failing ? "failing" : "ok", checks: Object.fromEntries(named) };
  }

  return {
    async ready() {
      if (draining)
        return { status: "failing", checks: { process: { status: "failing", detail: "stopping" } } };
      const now = performance.now();
      if (latest === undefined || now - latest.at > freshMs) latest = { at: now, report: ask() };
      return latest.report;
    },
    watch(name, check) {
      checks.set(name, check);
      latest = undefined;
    },
    drain() {
      draining = true;
    },
  };
}

async function result(check: Check, timeoutMs: number): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([Promise.resolve().then(check), late]);
    return { status: "ok" };
  } catch (error) {
    return { status: "failing", detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
