import { Ban, CircleCheck } from "lucide-react";
import type { TenantStatus } from "#app/domain/platform/schema.ts";
import { Badge, StatusDot } from "../primitives/badge.tsx";
import { tenantStatuses } from "./tenant-words.ts";

const icons = { active: CircleCheck, suspended: Ban };

interface TenantStatusBadgeProps {
  status: TenantStatus;
  /** In a list, where what is as it should be stands back from what is not. */
  quiet?: boolean;
}

export function TenantStatusBadge({ status, quiet = false }: TenantStatusBadgeProps) {
  const { label, tone } = tenantStatuses[status];
  if (quiet && tone === "ok") return <StatusDot tone={tone}>{label}</StatusDot>;
  const Icon = icons[status];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label}
    </Badge>
  );
}
