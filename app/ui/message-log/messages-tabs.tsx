import { Link } from "@remix-run/react";
import { cx } from "../primitives/cx.ts";

const tabs = [
  { value: "all", label: "All", to: "/dashboard/messages" },
  { value: "dead", label: "Dead letters", to: "/dashboard/dead-letters" },
  { value: "statistics", label: "Statistics", to: "/dashboard/statistics" },
] as const;

/** The pages about messages, each at an address of its own. */
export function MessagesTabs({ here }: { here: (typeof tabs)[number]["value"] }) {
  return (
    <nav aria-label="Messages" className="mb-4 inline-flex gap-0.5 rounded bg-sunken p-0.5">
      {tabs.map(({ value, label, to }) => (
        <Link
          key={value}
          to={to}
          aria-current={value === here ? "page" : undefined}
          className={cx(
            "inline-flex h-9 items-center rounded-sm px-3 text-sm font-medium transition-colors sm:h-6 sm:px-2.5",
            value === here
              ? "bg-surface text-ink shadow-control dark:bg-line"
              : "text-ink-muted hover:text-ink",
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
