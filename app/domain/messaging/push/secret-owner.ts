import type { AgentId, TenantId } from "#db/ids.ts";

export interface EndpointOwner {
  tenantId: TenantId;
  agentId: AgentId;
}

/** How the secret box names whose signing secret it keeps. */
export const secretOwner = ({ tenantId, agentId }: EndpointOwner): string => `${tenantId} ${agentId}`;
