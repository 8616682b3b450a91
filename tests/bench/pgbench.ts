import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface PgbenchRun {
  /** Of the pgbench program. */
  program: string;
  url: string;
  script: string;
  clients: number;
  seconds: number;
  variables: Record<string, number>;
}

export interface PgbenchResult {
  transactionsPerSecond: number;
  latencyMs: number;
  /** What pgbench says of itself, with the time of each statement. */
  report: string;
}

/** Where pgbench is: on the path, or where Debian keeps it. Undefined when it is not installed. */
export function findPgbench(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...(process.env.PATH ?? "").split(":"),
    ...versions.map((version) => join(debian, version, "bin")),
  ];
  return folders.map((folder) => join(folder, "pgbench")).find(existsSync);
}

/** Runs a script with prepared statements. Throws when a transaction of it fails. */
export async function runPgbench(run: PgbenchRun): Promise<PgbenchResult> {
  const url = new URL(run.url);
  const { stdout } = await execute(
    run.program,
    [
      ...["--no-vacuum", "--protocol=prepared", "--report-per-command"],
      ...["--client", `${run.clients}`, "--jobs", `${Math.min(2, run.clients)}`, "--time", `${run.seconds}`],
      ...Object.entries(run.variables).flatMap(([name, value]) => ["--define", `${name}=${value}`]),
      ...["--file", run.script],
      ...["--host", url.hostname, "--port", url.port, "--username", decodeURIComponent(url.username)],
      url.pathname.slice(1),
    ],
    { env: { ...process.env, PGPASSWORD: decodeURIComponent(url.password) }, maxBuffer: 64 * 1024 * 1024 },
  );
  return {
    transactionsPerSecond: figureIn(stdout, /^tps = ([\d.]+)/m),
    latencyMs: figureIn(stdout, /^latency average = ([\d.]+) ms/m),
    report: stdout,
  };
}

function figureIn(report: string, pattern: RegExp): number {
  const found = pattern.exec(report)?.[1];
  if (found === undefined) throw new Error(`pgbench did not say ${pattern}:\n${report.slice(-2_000)}`);
  return Number(found);
}
