import { ChevronDown } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useRef } from "react";
import { cx } from "./cx.ts";

interface MenuProps {
  label: string;
  icon: ReactNode;
  /** The choices, as list items (`menuItem` is their look). `close` closes the menu. */
  children: (close: () => void) => ReactNode;
  className?: string;
}

/** The look of a link or a button within a menu. */
export const menuItem =
  "flex min-h-10 w-full items-baseline gap-2 rounded px-2 py-2 text-left text-sm transition-colors hover:bg-hover sm:min-h-8 sm:py-1.5";

/** A button with a few choices behind it. A disclosure, so that it needs no script. */
export function Menu({ label, icon, children, className = "w-64" }: MenuProps) {
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => menu.current?.removeAttribute("open");
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent<HTMLElement>): void => {
    if (!currentTarget.contains(relatedTarget)) close();
  };
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key !== "Escape") return;
    close();
    menu.current?.querySelector("summary")?.focus();
  };
  return (
    <details ref={menu} onBlur={onBlur} onKeyDown={onKeyDown} className="relative">
      <summary className="inline-flex h-10 cursor-pointer list-none items-center gap-2 rounded border border-line-strong bg-surface px-3 text-sm font-medium text-ink shadow-control transition-colors hover:bg-hover sm:h-8 [&::-webkit-details-marker]:hidden">
        {icon}
        {label}
        <ChevronDown aria-hidden="true" className="size-3.5 text-ink-muted" />
      </summary>
      <ul
        className={cx(
          "absolute left-0 z-30 mt-1 rounded-lg bg-surface p-1.5 shadow-overlay sm:left-auto sm:right-0",
          className,
        )}
      >
        {children(close)}
      </ul>
    </details>
  );
}
