import type { Plan, TenantStatus } from "#app/domain/platform/schema.ts";
import type { Tone } from "../primitives/badge.tsx";

export const tenantStatuses: Record<TenantStatus, { label: string; tone: Tone }> = {
  active: { label: "Active", tone: "ok" },
  suspended: { label: "Suspended", tone: "bad" },
};

export const plans: Record<Plan, { label: string }> = {
  starter: { label: "Starter" },
  growth: { label: "Growth" },
  enterprise: { label: "Enterprise" },
};

export const tenantsPath = "/admin/tenants";
export const tenantPath = (id: string): string => `${tenantsPath}/${id}`;
