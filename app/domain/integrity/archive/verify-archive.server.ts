import { createHash, type KeyObject } from "node:crypto";
import { PassThrough, type Readable } from "node:stream";
import type { DamageLog, Place } from "../damage-log.ts";
import { SealChain } from "../seal-chain.ts";
import { isSigned, readStatement } from "../statements.ts";
import {
  type ArchiveStatement,
  archiveStatementSchema,
  type FiledEvent,
  readLine,
  toSigned,
} from "./archive-lines.ts";
import { RunCheck } from "./check-run.ts";
import { readLines } from "./read-lines.server.ts";

export interface ArchiveCheck {
  /** As it is named in findings. */
  file: string;
  keys: ReadonlyMap<string, KeyObject>;
  damages: DamageLog;
  /** Told after each run. */
  onRun?: (run: { sequence: number; digest: string; events: number }) => Promise<void> | void;
}

export interface ArchiveContent {
  statement: ArchiveStatement | undefined;
  seals: number;
  events: number;
  erased: number;
  bytes: number;
  /** Of the compressed file; hex. */
  sha256: string;
}

/** Checks an archive by itself: every event under its seal, the seals one after the other, to its end. */
export async function verifyArchive(file: Readable, check: ArchiveCheck): Promise<ArchiveContent> {
  const hash = createHash("sha256");
  let bytes = 0;
  const metered = new PassThrough({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  file.once("error", (error) => metered.destroy(error));
  const reading = new ArchiveReading(check);
  try {
    for await (const lines of readLines(file.pipe(metered)))
      for (const text of lines) {
        const isTaken = reading.take(text);
        // Events, nearly all of it, are taken at once.
        if (isTaken !== undefined) await isTaken;
      }
    await reading.end();
  } catch (error) {
    const message = `The archive cannot be read beyond line ${reading.line}: ${error instanceof Error ? error.message : String(error)}.`;
    check.damages.add("unreadable", message, reading.place());
  } finally {
    file.destroy();
  }
  return { ...reading.content(), bytes, sha256: hash.digest("hex") };
}

class ArchiveReading {
  line = 0;
  readonly #check: ArchiveCheck;
  #statement: ArchiveStatement | undefined;
  #chain: SealChain | undefined;
  #run: RunCheck | undefined;
  #counts = { seals: 0, events: 0, erased: 0 };
  #hasEnded = false;

  constructor(check: ArchiveCheck) {
    this.#check = check;
  }

  place(of: Place = {}): Place {
    const sequence = this.#run?.sequence;
    return { file: this.#check.file, line: this.line, ...(sequence !== undefined && { sequence }), ...of };
  }

  content() {
    return { statement: this.#statement, ...this.#counts };
  }

  /** Takes the next line; a promise where that ends a run, which somebody is told of. */
  take(text: string): Promise<void> | undefined {
    this.line++;
    const line = readLine(text);
    const { damages } = this.#check;
    if (line === undefined) damages.add("changed", `Line ${this.line} is none of an archive.`, this.place());
    else if (this.#hasEnded)
      damages.add("inserted", `Line ${this.line} stands behind the end.`, this.place());
    else if ("event" in line) this.#addEvent(line.event);
    else if ("archive" in line) this.#begin(toSigned(line.archive));
    else if ("seal" in line)
      return this.#beginRun(toSigned(line.seal), Buffer.from(line.seal.leaves, "base64"));
    else return this.#finish(line.end);
    return undefined;
  }

  /** What must have come by the end of the file. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    await this.#endRun();
    const message = `The archive ends at line ${this.line}, before its end.`;
    this.#check.damages.add("cut", message, this.place());
  }

  #begin(signed: ReturnType<typeof toSigned>): void {
    const { damages, keys } = this.#check;
    const statement = readStatement(archiveStatementSchema, signed.statement);
    if (statement === undefined || this.#statement !== undefined) {
      damages.add("changed", `Line ${this.line} does not begin an archive.`, this.place());
      return;
    }
    const key = keys.get(statement.kid);
    if (key === undefined)
      damages.add(
        "chain",
        `The archive is signed with the key ${statement.kid}, which is not known.`,
        this.place(),
      );
    else if (!isSigned(signed, key))
      damages.add("changed", "What the archive says of itself is not what was signed.", this.place());
    this.#statement = statement;
    this.#chain = new SealChain({
      tenantId: statement.tenant,
      ...{ keys, damages },
      after: { sequence: statement.firstSeal - 1, digest: statement.previous },
    });
  }

  async #beginRun(signed: ReturnType<typeof toSigned>, leaves: Buffer): Promise<void> {
    await this.#endRun();
    if (this.#chain === undefined) {
      const message = "The archive does not say what it is.";
      this.#check.damages.add("missing", message, this.place());
      this.#chain = new SealChain({
        tenantId: readTenant(signed.statement),
        ...{ keys: this.#check.keys, damages: this.#check.damages },
        after: undefined,
      });
    }
    const { file } = this.#check;
    const statement = this.#chain.follow(signed, { file, line: this.line });
    this.#counts.seals++;
    const sequence = statement?.sequence ?? 0;
    const run = { sequence, root: statement?.root, leaves, file, line: this.line };
    this.#run = new RunCheck(run, this.#check.damages);
  }

  #addEvent(event: FiledEvent): void {
    this.#counts.events++;
    const tenantId = this.#statement?.tenant ?? "";
    if (this.#run !== undefined) this.#run.add({ ...event, tenantId }, this.line);
    else this.#check.damages.add("inserted", `The event ${event.id} stands before any seal.`, this.place());
  }

  async #endRun(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    run.end();
    this.#counts.erased += run.erased;
    this.#run = undefined;
    const { sequence, events } = run;
    await this.#check.onRun?.({ sequence, digest: this.#chain?.last?.digest ?? "", events });
  }

  async #finish(end: { seals: number; events: number }): Promise<void> {
    await this.#endRun();
    this.#hasEnded = true;
    const { damages } = this.#check;
    const { seals, events } = this.#counts;
    const last = this.#chain?.last;
    const statement = this.#statement;
    if (end.seals !== seals || end.events !== events)
      damages.add(
        "changed",
        `The archive's end tells of ${end.events} events and ${end.seals} seals; there are ${events} and ${seals}.`,
        this.place(),
      );
    if (statement === undefined) return;
    if (last !== undefined && last.sequence < statement.lastSeal)
      damages.add(
        "cut",
        `The archive ends at seal ${last.sequence}, and should reach seal ${statement.lastSeal}.`,
        this.place({ sequence: last.sequence + 1 }),
      );
    else if (last?.digest !== statement.last || events !== statement.events)
      damages.add("changed", "The archive does not hold what it says of itself.", this.place());
  }
}

/** Of a seal, when the archive's own first line is gone. */
function readTenant(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "tenant" in parsed) return String(parsed.tenant);
  } catch {
    // It is said to be no seal where it is followed.
  }
  return "";
}
