import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type AgentId, parseId, type TenantId } from "#db/ids.ts";
import { fleetRoles } from "./fleet-members.ts";

const tenantId = z.custom<TenantId>((value) => parseId(value, "ten") !== undefined);
const agentId = z.custom<AgentId>((value) => parseId(value, "agt") !== undefined);

const admin = z.object({ email: z.string(), password: z.string() });
export type PersonCredentials = z.output<typeof admin>;

const neighbourCredentialsSchema = z.object({
  tenantId,
  admin,
  /** Whether what it has used and paid for is made, which comes after its rows. */
  hasHistory: z.boolean().optional(),
});
export type NeighbourCredentials = z.output<typeof neighbourCredentialsSchema>;

/** What `demo.json` holds: who to sign in as, and the keys that the demo agents run with. */
const demoCredentialsSchema = z.object({
  tenantId,
  admin,
  /** The second person, an ordinary member; absent from data folders that are older. */
  operator: admin.optional(),
  /** The developer, who belongs to the neighbour as well; absent from data folders that are older. */
  developer: admin.optional(),
  /** Who administers the whole service; absent from data folders that are older. */
  platformAdmin: admin.optional(),
  agents: z.array(z.object({ id: agentId, name: z.string(), role: z.enum(fleetRoles), key: z.string() })),
  /** The paused agent; absent from data folders that are older than it. */
  retired: z.object({ id: agentId, name: z.string() }).optional(),
  /** The agent that runs as several replicas; absent from data folders that are older than it. */
  pool: z.object({ id: agentId, name: z.string(), key: z.string() }).optional(),
  /** The silent second tenant; absent from data folders that are older than it. */
  neighbour: neighbourCredentialsSchema.optional(),
});
export type DemoCredentials = z.output<typeof demoCredentialsSchema>;

export const demoCredentialsPath = (dataDir: string): string => join(dataDir, "demo.json");

/** The kept credentials; undefined when there are none or they cannot be read as such. */
export async function readDemoCredentials(dataDir: string): Promise<DemoCredentials | undefined> {
  try {
    return demoCredentialsSchema.parse(JSON.parse(await readFile(demoCredentialsPath(dataDir), "utf8")));
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isAbsent || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}

/** Keeps the credentials, readable by this user alone; whole or not at all, also when killed. */
export async function keepDemoCredentials(dataDir: string, credentials: DemoCredentials): Promise<void> {
  const path = demoCredentialsPath(dataDir);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(credentials, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** 100 bits in groups that can be read out and typed. */
export function generatePassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789x";
  const characters = [...randomBytes(20)].map((byte) => alphabet[byte % 32]);
  return [0, 5, 10, 15].map((start) => characters.slice(start, start + 5).join("")).join("-");
}
