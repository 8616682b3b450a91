import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecretBox } from "#app/domain/auth/secret-box.server.ts";
import { createFolderStore } from "#app/domain/integrity/store/folder-store.server.ts";
import type { TrailServices } from "#app/domain/integrity/trail-services.ts";

/** What keeps the audit trail, with a folder of its own that is made when it is used. */
export const trailServices = (): TrailServices => ({
  secrets: createSecretBox("a secret key for tests, of at least 32 characters"),
  store: createFolderStore(join(tmpdir(), `signalbox-archive-${randomBytes(6).toString("hex")}`)),
});
