import { Link, useLocation } from "@remix-run/react";
import { Search } from "lucide-react";
import { cx } from "../primitives/cx.ts";
import { formatCompact, formatCount } from "../primitives/format.ts";
import { Kbd } from "../primitives/kbd.tsx";
import { Mark } from "../primitives/mark.tsx";
import type { Overlays } from "./overlays.tsx";
import { type Section, sectionOf, sectionsBeside } from "./sections.ts";
import { useUnread } from "./unread.tsx";
import { useIsMac } from "./use-is-mac.ts";
import type { Viewer } from "./viewer.ts";

export function Brand({ tenantName, className }: { tenantName: string; className?: string }) {
  return (
    <div className={cx("flex min-w-0 items-center gap-2.5", className)}>
      <Mark className="size-6 shrink-0" />
      <div className="min-w-0 leading-tight">
        <p className="truncate text-sm font-semibold">{tenantName}</p>
        <p className="text-[0.6875rem] leading-3 text-ink-muted">Signalbox</p>
      </div>
    </div>
  );
}

/** Looks like the field that it opens. */
export function SearchButton({ overlays }: { overlays: Overlays }) {
  const isMac = useIsMac();
  return (
    <button
      type="button"
      aria-keyshortcuts="Control+K Meta+K"
      onPointerEnter={overlays.prepare}
      onFocus={overlays.prepare}
      onClick={() => overlays.open("palette")}
      className="needs-script flex h-8 w-full items-center gap-2 rounded border border-line-strong bg-surface px-2 text-sm text-ink-muted shadow-control transition-colors hover:border-ink-faint hover:text-ink"
    >
      <Search aria-hidden="true" className="size-4 text-ink-faint" strokeWidth={1.85} />
      <span className="flex-1 text-left">Search</span>
      <Kbd>{isMac ? "⌘K" : "Ctrl K"}</Kbd>
    </button>
  );
}

/** How much is new in a section; nothing while nothing is. */
function CountBadge({ of }: { of: NonNullable<Section["counts"]> }) {
  const counts = useUnread();
  const count = counts[of];
  if (count === 0) return null;
  const isAlarming = of === "alerts" && counts.criticalAlerts > 0;
  return (
    <span
      title={formatCount(count)}
      className={cx(
        "tabular ml-auto rounded-full px-1.5 text-xs font-medium leading-5",
        isAlarming ? "bg-bad-soft text-bad-ink" : "bg-accent-soft text-accent-ink",
      )}
    >
      {formatCompact(count)}
      <span className="sr-only"> {isAlarming ? "open, and there are critical ones" : countedAs[of]}</span>
    </span>
  );
}

const countedAs = { inbox: "new", desk: "open", alerts: "open", criticalAlerts: "critical" };

interface SectionLinksProps {
  viewer: Viewer;
  label: string;
  className?: string;
}

export function SectionLinks({ viewer, label, className }: SectionLinksProps) {
  const { pathname } = useLocation();
  const current = sectionOf(pathname);
  const sections = sectionsBeside(pathname, viewer.scopes);
  return (
    <nav aria-label={label} className={className}>
      <ul className="space-y-0.5">
        {sections.map((section) => {
          const { to, label: name, icon: Icon } = section;
          const isCurrent = section === current;
          return (
            <li key={to}>
              <Link
                to={to}
                prefetch="intent"
                aria-current={isCurrent ? (pathname === to ? "page" : "true") : undefined}
                className={cx(
                  "flex h-11 items-center gap-2.5 rounded px-2.5 text-base font-medium transition-colors lg:h-8 lg:text-sm",
                  isCurrent
                    ? "bg-surface text-ink shadow-control ring-1 ring-line dark:bg-hover"
                    : "text-ink-muted hover:bg-hover hover:text-ink",
                )}
              >
                <Icon aria-hidden="true" className="size-[1.125rem] lg:size-4" strokeWidth={1.85} />
                {name}
                {section.counts && <CountBadge of={section.counts} />}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
