/** What those who run the whole service see and do. Client-safe. */
import { z } from "zod";
import { parseId, type TenantId } from "#db/ids.ts";
import { type Plan, plans } from "../catalogue.ts";

export type { Plan };

export const tenantStatuses = ["active", "suspended"] as const;
export type TenantStatus = (typeof tenantStatuses)[number];

export const tenantIdSchema = z.custom<TenantId>(
  (value) => parseId(value, "ten") !== undefined,
  "must be a tenant id (ten_…)",
);

const limitSchema = z
  .string()
  .regex(/^\d{1,3}$/, "must be a whole number")
  .transform(Number)
  .pipe(z.number().min(1).max(100))
  .default(50);

export const tenantListSchema = z.strictObject({
  /** Words of the name or the slug, or an id. */
  search: z.string().trim().max(200).optional(),
  status: z.enum(tenantStatuses).optional(),
  plan: z.enum(plans).optional(),
  /** The last answer's `nextCursor`. */
  cursor: tenantIdSchema.optional(),
  limit: limitSchema,
});
export type TenantListQuery = z.output<typeof tenantListSchema>;

export const suspendTenantSchema = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(500, "must have at most 500 characters")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, "must be one line without control characters"),
});

export const changeTenantSchema = z.strictObject({ plan: z.enum(plans) });

export interface TenantSummary {
  id: TenantId;
  name: string;
  slug: string;
  status: TenantStatus;
  plan: Plan;
  /** The reserved tenant of the service itself, which can be neither suspended nor changed. */
  isSystem: boolean;
  members: number;
  agents: number;
  /** Sent in the last 24 hours, by the roll-ups of whole hours. */
  messages24h: number;
  createdAt: string;
}

/** Tenants are counted up to here. */
export const maxCountedTenants = 10_000;

/** Tenants to choose from. */
export interface TenantNames {
  /** By name. */
  tenants: { id: TenantId; name: string }[];
  /** Whether these are all that there are. */
  isWhole: boolean;
}

export interface TenantList {
  /** The newest first. */
  tenants: TenantSummary[];
  /** All that fit the filters, up to `maxCountedTenants`. */
  total: number;
  totalIsExact: boolean;
  nextCursor: TenantId | null;
}

export interface TenantDetail extends TenantSummary {
  suspendedAt: string | null;
  suspendedReason: string | null;
  /** Null: for ever. */
  retentionDays: number | null;
  messages7d: number;
  messages30d: number;
  activeKeys: number;
  openSessions: number;
  /** When somebody last signed in, as far as sessions are kept. */
  lastSignInAt: string | null;
  /** Whom to write to: its admins, the oldest first, five at most. */
  admins: { name: string; email: string }[];
}

/** A job's number; below 10^18, so that it is never more than the database can hold. */
export const jobIdSchema = z.string().regex(/^[1-9]\d{0,17}$/, "must be a job id");

const taskSchema = z.string().regex(/^[a-z][a-z0-9-]{0,99}$/, "must be the name of a task");

export const failedJobListSchema = z.strictObject({
  task: taskSchema.optional(),
  /** The last answer's `nextCursor`. */
  cursor: jobIdSchema.optional(),
  limit: limitSchema,
});
export type FailedJobListQuery = z.output<typeof failedJobListSchema>;

export const retryJobsSchema = z.strictObject({ task: taskSchema });

/** A task's jobs at this moment. */
export interface Queue {
  task: string;
  /** Null for a task that this version does not know. */
  runner: string | null;
  /** Could run now. */
  ready: number;
  /** Wait for their time, or for another try. */
  scheduled: number;
  running: number;
  /** Will not be tried again unless somebody says so. */
  failed: number;
  /** For how long the one that has waited longest could have run. */
  oldestReadySeconds: number | null;
}

export interface FailedJob {
  id: string;
  task: string;
  attempts: number;
  /** Without what looks like a secret. */
  error: string;
  /** Likewise, and cut when it is large. */
  payload: unknown;
  createdAt: string;
  failedAt: string;
}

export interface FailedJobList {
  /** The newest first. */
  jobs: FailedJob[];
  nextCursor: string | null;
}

/** A runner of a worker process, by what it last said. */
export interface WorkerView {
  workerId: string;
  runner: string;
  startedAt: string;
  lastSeenAt: string;
  isAlive: boolean;
}

const count = z.number();
const pool = z.object({ open: count, inUse: count, waiting: count });

/** What a process says of itself. */
export const instanceReportSchema = z.object({
  streams: z.object({ open: count, web: count, mailboxes: count, blocked: count }),
  sends: z.object({
    queued: count,
    lanes: z.array(z.object({ queued: count, isBusy: z.boolean() })),
    /** Since it began, by what became of them. */
    outcomes: z.object({ accepted: count, blocked: count, rejected: count, failed: count }),
  }),
  /** Since it began; streams are not among them. */
  http: z.object({ requests: count, byStatus: z.record(z.string(), count) }),
  database: z.object({ away: z.boolean(), lanes: z.record(z.string(), pool) }),
  memoryBytes: count,
  /** Above it there is an alert; absent from a version that had none. */
  memoryBoundBytes: count.optional(),
});
export type InstanceReport = z.output<typeof instanceReportSchema>;

export interface InstanceView {
  id: string;
  role: string;
  host: string;
  pid: number;
  version: string;
  startedAt: string;
  lastSeenAt: string;
  isAlive: boolean;
  /** Some seconds old; null from a version that reports otherwise. */
  report: InstanceReport | null;
}

export interface DatabaseFacts {
  version: string;
  sizeBytes: number;
  connections: number;
  migrations: {
    applied: number;
    /** The newest that ran, by its name where this version knows it. */
    newest: string | null;
    /** When it was written. */
    newestAt: string | null;
    /** Those that this version knows and that have not run. */
    missing: number;
  };
}

export interface SystemView {
  instances: InstanceView[];
  workers: WorkerView[];
  queues: Queue[];
  database: DatabaseFacts;
}
