/** What the archive store's files are called. Ids of tenants and archives are the outside ones. */
export const anchorName = (tenantId: string): string => `audit/anchors/${tenantId}.json`;

export const anchorPrefix = "audit/anchors/";

export const keyName = (kid: string): string => `audit/keys/${kid}.pem`;

const padded = (sequence: number): string => String(sequence).padStart(12, "0");

/** In the order of their seals when they are sorted. */
export const archiveFileName = (tenantId: string, firstSequence: number, lastSequence: number): string =>
  `audit/archives/${tenantId}/${padded(firstSequence)}-${padded(lastSequence)}.ndjson.gz`;

/** Beside an archive: what it is, how long and with which digest, signed. */
export const manifestName = (file: string): string => `${file}.manifest.json`;
