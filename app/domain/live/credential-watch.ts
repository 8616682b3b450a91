import type { CredentialRef } from "#app/domain/auth/credentials.server.ts";
import type { LiveStream } from "./live-stream.ts";

/** Under which the streams of one credential are kept together; those of one token, where it came as one. */
export const nameOfWatch = ({ id, tokenExpiresAtMs }: CredentialRef): string =>
  tokenExpiresAtMs === undefined ? id : `${id} ${tokenExpiresAtMs}`;

/** A credential and the streams that it keeps open; asked about once for all of them. */
export class CredentialWatch {
  readonly ref: CredentialRef;
  readonly streams = new Set<LiveStream>();
  wheelSlot = 0;

  constructor(ref: CredentialRef) {
    this.ref = ref;
  }
}
