import type { SecretBox } from "../auth/secret-box.server.ts";
import type { ArchiveStore } from "./store/archive-store.ts";

/** What keeping the audit trail needs beside the database. */
export interface TrailServices {
  /** Opens the key that seals are signed with. */
  secrets: SecretBox;
  /** Where the newest seals and the archives are kept, outside of the database. */
  store: ArchiveStore;
}
