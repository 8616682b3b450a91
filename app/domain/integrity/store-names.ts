/** What the archive store's files are called. Ids of tenants and archives are the outside ones. */
export const anchorName = (tenantId: string): string => `audit/anchors/${tenantId}.json`;

export const anchorPrefix = "audit/anchors/";

export const keyName = (kid: string): string => `audit/keys/${kid}.pem`;
