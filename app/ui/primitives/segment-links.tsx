import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export interface SegmentLink {
  to: string;
  label: ReactNode;
  isCurrent: boolean;
}

/** Tabs whose choice is the URL: views of a section, or the window of time. */
export function SegmentLinks({
  label,
  links,
  current = "true",
  replace = false,
  className,
}: {
  label: string;
  links: readonly SegmentLink[];
  /** What the present one is: a page of its own, or a choice on this one. */
  current?: "page" | "true";
  /** A choice that going back need not undo. */
  replace?: boolean;
  className?: string;
}) {
  return (
    <nav aria-label={label} className={cx("flex gap-0.5 rounded bg-sunken p-0.5", className)}>
      {links.map((link) => (
        <Link
          key={link.to}
          to={link.to}
          replace={replace}
          preventScrollReset
          prefetch={current === "page" ? "intent" : "none"}
          aria-current={link.isCurrent ? current : undefined}
          className={cx(
            "grid h-9 place-items-center whitespace-nowrap rounded-sm px-3 text-sm font-medium transition-colors sm:h-6 sm:px-2.5",
            link.isCurrent
              ? "bg-surface text-ink shadow-control dark:bg-line"
              : "text-ink-muted hover:text-ink",
          )}
        >
          {link.label}
        </Link>
      ))}
    </nav>
  );
}
