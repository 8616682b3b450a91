import { z } from "zod";

/**
 * What a customer's own systems may record (`POST /api/activity`): actions outside of Signalbox, with
 * the kind of their resource and the shape of their details. Nothing else of the registry can be recorded
 * from outside.
 */

const id = z.string().min(1).max(200);
const text = z.string().max(500);
const size = z.int().min(0);

/** What a system wrote in words may name people, so it can be erased. */
const inWords: readonly string[] = ["name", "trigger", "error", "reason"];

const define = <R extends string, D extends z.ZodObject>(resourceType: R, details: D) => ({
  resourceType,
  details,
  erasable: inWords.filter((name) => name in details.shape),
  external: true as const,
});

const started = { name: text.optional(), trigger: text.optional() };
const ended = {
  outcome: z.enum(["succeeded", "failed", "cancelled"]),
  durationMs: size.optional(),
  error: text.optional(),
};

export const externalActions = {
  "workflow.started": define("workflow", z.strictObject(started)),
  "workflow.ended": define("workflow", z.strictObject(ended)),
  /** One pass of a workflow. */
  "run.started": define("run", z.strictObject({ ...started, workflowId: id.optional() })),
  "run.ended": define("run", z.strictObject({ ...ended, workflowId: id.optional() })),
  "file.uploaded": define(
    "file",
    z.strictObject({
      bytes: size.optional(),
      mediaType: text.optional(),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/, "Must be 64 hexadecimal digits")
        .optional(),
    }),
  ),
  "file.deleted": define("file", z.strictObject({ reason: text.optional() })),
  "vector_index.synced": define(
    "vector_index",
    z.strictObject({ documents: size.optional(), deleted: size.optional(), durationMs: size.optional() }),
  ),
  "container.created": define(
    "container",
    z.strictObject({ image: text.optional(), region: text.optional() }),
  ),
  "container.destroyed": define("container", z.strictObject({ reason: text.optional() })),
  /** An agent, a workflow or the like was given the container. */
  "container.bound": define("container", z.strictObject({ to: id })),
} as const;

export type ExternalAction = keyof typeof externalActions;

export const isExternalAction = (action: string): action is ExternalAction =>
  Object.hasOwn(externalActions, action);
