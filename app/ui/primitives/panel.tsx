import { type ReactNode, useId } from "react";
import { cx } from "./cx.ts";

interface PanelProps {
  title?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** For tables and lists that reach the panel's edges. */
  flush?: boolean;
  className?: string;
}

// Tremor's Card looks so too; with what it brings to merge class names it would be 9 kB of every page.
const card = "relative w-full rounded-tremor-default bg-surface text-left ring-1 ring-line";

/** A titled card: the unit that pages are laid out with. */
export function Panel({ title, description, actions, children, flush = false, className }: PanelProps) {
  const titleId = useId();
  const body = <div className={flush ? "" : "p-4 sm:p-5"}>{children}</div>;
  if (title === undefined) return <div className={cx(card, className)}>{body}</div>;
  return (
    <section aria-labelledby={titleId} className={className}>
      <div className={card}>
        <header className="flex min-h-[3.25rem] flex-wrap items-center justify-between gap-x-4 gap-y-3 border-b px-4 py-3 sm:px-5">
          <div className="min-w-0">
            <h2 id={titleId} className="text-base font-semibold">
              {title}
            </h2>
            {description && <p className="mt-0.5 max-w-prose text-sm text-ink-muted">{description}</p>}
          </div>
          {actions && <div className="flex items-center gap-2">{actions}</div>}
        </header>
        {body}
      </div>
    </section>
  );
}
