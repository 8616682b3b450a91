import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";

export interface LinkTab {
  to: string;
  label: ReactNode;
  isHere: boolean;
}

/** Tabs that are pages or states of the URL: they work without a script, and going back undoes them. */
export function LinkTabs({
  label,
  links,
  replace = false,
  className,
}: {
  label: string;
  links: readonly LinkTab[];
  /** Stays at the same place, and in the history it takes the place of the last one. */
  replace?: boolean;
  className?: string;
}) {
  return (
    <nav aria-label={label} className={cx("inline-flex gap-0.5 rounded bg-sunken p-0.5", className)}>
      {links.map(({ to, label: text, isHere }) => (
        <Link
          key={to}
          to={to}
          replace={replace}
          preventScrollReset={replace}
          aria-current={isHere ? (replace ? "true" : "page") : undefined}
          className={cx(
            "grid h-9 place-items-center rounded-sm px-3 text-sm font-medium transition-colors sm:h-6 sm:px-2.5",
            isHere ? "bg-surface text-ink shadow-control dark:bg-line" : "text-ink-muted hover:text-ink",
          )}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
