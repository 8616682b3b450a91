import { eraseAlertTexts } from "#app/domain/alerts/erase-alert-texts.server.ts";
import { eraseContents as erase } from "#app/domain/retention/erase-contents.server.ts";
import { toUuid } from "#db/ids.ts";
import type { JobPayload } from "../catalog.ts";
import type { TaskContext } from "./context.ts";

/** Empties the contents that somebody has asked to be erased. */
export async function eraseContents(
  { db, signal }: TaskContext,
  { tenantId, erasureId }: JobPayload<"erase-contents">,
): Promise<void> {
  const erasure = { tenantUuid: toUuid(tenantId), erasureUuid: toUuid(erasureId) };
  await erase(db, { ...erasure, signal });
  // Not done yet: the job is tried again, and goes on.
  signal.throwIfAborted();
  await eraseAlertTexts(db, erasure);
}
