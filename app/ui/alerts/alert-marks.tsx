import {
  CircleCheck,
  CircleDot,
  Eye,
  Info,
  type LucideIcon,
  Moon,
  OctagonAlert,
  TriangleAlert,
  VolumeX,
} from "lucide-react";
import type { AlertView } from "#app/domain/alerts/alert-schema.ts";
import type { Severity } from "#app/domain/alerts/rule-kinds.ts";
import { Badge, type Tone, tintOf } from "../primitives/badge.tsx";
import { cx } from "../primitives/cx.ts";
import { RelativeTime } from "../primitives/relative-time.tsx";

/** The severities as people read them, in the colours that say the same everywhere. */
export const severityWords: Record<Severity, { label: string; tone: Tone; icon: LucideIcon }> = {
  critical: { label: "Critical", tone: "bad", icon: OctagonAlert },
  warning: { label: "Warning", tone: "warn", icon: TriangleAlert },
  info: { label: "Info", tone: "info", icon: Info },
};

/** How much it matters, as a tile at the head of a row or a page. What is over has no colour. */
export function SeverityTile({
  alert: { severity, status },
  className,
}: {
  alert: Pick<AlertView, "severity" | "status">;
  className?: string;
}) {
  const { label, tone, icon: Icon } = severityWords[severity];
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      className={cx(
        "grid size-8 shrink-0 place-items-center rounded ring-1 ring-inset ring-ink/[0.06]",
        tintOf(status === "resolved" ? "neutral" : tone),
        className,
      )}
    >
      <Icon aria-hidden="true" className="size-4" strokeWidth={1.85} />
    </span>
  );
}

export function SeverityBadge({ severity }: { severity: Severity }) {
  const { label, tone, icon: Icon } = severityWords[severity];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label}
    </Badge>
  );
}

type StatusParts = Pick<AlertView, "status" | "snoozedUntil" | "silencedUntil">;

/** Where it stands: a silence is told beside it, since it changes nothing but who hears of it. */
export function AlertStatus({ alert }: { alert: StatusParts }) {
  const { label, tone, icon: Icon } = statusOf(alert);
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
        {label}
        {alert.status !== "resolved" && alert.snoozedUntil !== null && (
          <RelativeTime at={alert.snoozedUntil} className="font-normal" />
        )}
      </Badge>
      {alert.status !== "resolved" && alert.silencedUntil !== null && (
        <Badge icon={<VolumeX aria-hidden="true" />}>Silenced</Badge>
      )}
    </span>
  );
}

function statusOf({ status, snoozedUntil }: StatusParts): { label: string; tone: Tone; icon: LucideIcon } {
  if (status === "resolved") return { label: "Resolved", tone: "ok", icon: CircleCheck };
  if (snoozedUntil !== null) return { label: "Back", tone: "neutral", icon: Moon };
  if (status === "acknowledged") return { label: "Acknowledged", tone: "neutral", icon: Eye };
  return { label: "Open", tone: "accent", icon: CircleDot };
}
