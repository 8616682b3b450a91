import { randomBytes } from "node:crypto";
import type { AgentId, TenantId } from "#db/ids.ts";

/** A new signing secret (https://www.standardwebhooks.com): 256 bits. */
export const generateSigningSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

export interface EndpointOwner {
  tenantId: TenantId;
  agentId: AgentId;
}

/** How the secret box names whose signing secret it keeps. */
export const secretOwner = ({ tenantId, agentId }: EndpointOwner): string => `${tenantId} ${agentId}`;
