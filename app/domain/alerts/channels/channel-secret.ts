import type { AlertChannelId, TenantId } from "#db/ids.ts";

export interface ChannelOwner {
  tenantId: TenantId;
  channelId: AlertChannelId;
}

/** How the secret box names whose secret it keeps. */
export const channelSecretOwner = ({ tenantId, channelId }: ChannelOwner): string =>
  `channel ${tenantId} ${channelId}`;

/** What is shown of a secret, so that people know which it is. */
export const hintOf = (secret: string): string => `…${secret.slice(-4)}`;
