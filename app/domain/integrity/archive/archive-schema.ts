/** Archives, and how long events are kept, as the API and the pages show them. Client-safe. */
import { z } from "zod";
import { type ArchiveId, parseId } from "#db/ids.ts";
import { zonedTimeSchema } from "../../zoned-time.ts";
import { coldDaysRange, hotDaysRange } from "./archive-days.ts";

export const archiveIdSchema = z.custom<ArchiveId>(
  (value) => parseId(value, "arc") !== undefined,
  "must be an archive's id (arc_…)",
);

const limitSchema = (most: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(most))
    .default(50);

export const archiveListSchema = z.strictObject({
  limit: limitSchema(100),
  /** The last answer's `nextCursor`. */
  cursor: archiveIdSchema.optional(),
});
export type ArchiveListQuery = z.output<typeof archiveListSchema>;

export interface ArchiveView {
  id: ArchiveId;
  /** `deleted` is past its time; a record of what it was is all that is left. */
  state: "planned" | "stored" | "deleted";
  firstSeal: number;
  lastSeal: number;
  events: number;
  fromAt: string;
  toAt: string;
  /** Null until it is written. */
  bytes: number | null;
  sha256: string | null;
  archivedAt: string | null;
  deletedAt: string | null;
}

export interface ArchiveList {
  /** Newest first. */
  archives: ArchiveView[];
  nextCursor: ArchiveId | null;
}

/** Where a reading stopped: the archive's first seal, and the line in its file. */
export const archiveCursorSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}\.[1-9]\d{0,8}$/, "is not a cursor that this list gave")
  .transform((text) => {
    const [firstSeal = 0, line = 0] = text.split(".").map(Number);
    return { firstSeal, line };
  });

export const archivedEventsSchema = z
  .strictObject({
    from: zonedTimeSchema,
    to: zonedTimeSchema,
    limit: limitSchema(500),
    cursor: archiveCursorSchema.optional(),
  })
  .refine(({ from, to }) => !(Date.parse(from) > Date.parse(to)), {
    path: ["from"],
    error: "must not be after to",
  });
export type ArchivedEventsQuery = z.output<typeof archivedEventsSchema>;

/** An event as it lies in an archive. */
export interface ArchivedEvent {
  id: string;
  timestamp: string;
  actor: { id: string | null; type: string; name: string | null };
  action: string;
  resource: { type: string; id: string | null; name: string | null };
  status: string;
  requestId: string | null;
  correlationId: string | null;
  details: Record<string, unknown>;
}

export interface ArchivedEventList {
  /** In the order of their seals, which is about that of their times. */
  logs: ArchivedEvent[];
  nextCursor: string | null;
}

export const hotDaysSchema = z.int().min(hotDaysRange.min).max(hotDaysRange.max);
export const coldDaysSchema = z.int().min(coldDaysRange.min).max(coldDaysRange.max);

export const holdReasonSchema = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(500)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused.
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, "must be one line without control characters");

export const changeTrailRetentionSchema = z
  .strictObject({
    hotDays: hotDaysSchema.optional(),
    coldDays: coldDaysSchema.optional(),
    /** Keeps every archive until it is taken away again (null). */
    hold: z.strictObject({ reason: holdReasonSchema }).nullable().optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    path: ["hotDays"],
    error: "Give hotDays, coldDays or hold",
  });
export type ChangeTrailRetention = z.output<typeof changeTrailRetentionSchema>;

export interface RetentionRunView {
  startedAt: string;
  durationMs: number;
  archivedEvents: number;
  archives: number;
  bytes: number;
  deletedArchives: number;
  deletedEvents: number;
  error: string | null;
}

export interface TrailRetentionView {
  hotDays: number;
  coldDays: number;
  hold: { reason: string; placedBy: string | null; placedAt: string } | null;
  /** When retention last ran to its end, for anybody. */
  lastRunAt: string | null;
  /** Runs that had something to do here, newest first. */
  runs: RetentionRunView[];
}
