import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const journalSchema = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

/** `db/migrations`: next to this file in the sources, above it from the built server. */
export function migrationsFolder(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const candidate = path.join(folder, "db", "migrations");
    if (existsSync(path.join(candidate, "meta", "_journal.json"))) return candidate;
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error("The folder db/migrations was not found above the server.");
    folder = parent;
  }
}

export interface Migration {
  /** Its file's name. */
  tag: string;
  /** When it was written, in milliseconds since 1970; what the database remembers of it. */
  when: number;
}

/** The migrations that these sources know, the oldest first. */
export function knownMigrations(): Migration[] {
  const text = readFileSync(path.join(migrationsFolder(), "meta", "_journal.json"), "utf8");
  return journalSchema.parse(JSON.parse(text)).entries;
}

/** The newest of them; what the database must have at least. */
export function newestMigration(): Migration {
  const newest = knownMigrations().at(-1);
  if (newest === undefined) throw new Error("db/migrations has no migration.");
  return newest;
}
