import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import type { LiveStream } from "./live-stream.ts";

/** A credential and the streams that it keeps open; asked about once for all of them. */
export class CredentialWatch {
  readonly ref: CredentialRef;
  readonly streams = new Set<LiveStream>();
  wheelSlot = 0;

  constructor(ref: CredentialRef) {
    this.ref = ref;
  }
}
