import { useEffect, useRef } from "react";
import { cx } from "./cx.ts";

interface FilterTimeProps {
  name: string;
  /** Its name, and what stands before it: "Sent after". */
  label: string;
  /** ISO 8601. */
  value?: string | undefined;
  className?: string;
}

/**
 * A moment to filter by, in UTC: what a link says must not depend on who opens it. Applies when one
 * leaves it or presses Enter, since a half typed date is a date too.
 */
export function FilterTime({ name, label, value, className }: FilterTimeProps) {
  const ref = useRef<HTMLInputElement>(null);
  const shown = value === undefined ? "" : new Date(value).toISOString().slice(0, 16);
  useEffect(() => {
    if (ref.current !== null && document.activeElement !== ref.current) ref.current.value = shown;
  }, [shown]);

  const apply = (): void => {
    if (ref.current !== null && ref.current.value !== shown) ref.current.form?.requestSubmit();
  };
  return (
    <label
      className={cx(
        "flex h-10 min-w-0 items-center gap-2 rounded border pl-2.5 text-sm transition-colors sm:h-8",
        "focus-within:ring-2 focus-within:ring-accent/30",
        shown === ""
          ? "border-line-strong bg-surface text-ink-muted hover:border-ink-faint"
          : "border-accent bg-accent-soft font-medium text-accent-ink",
        className,
      )}
    >
      <span className="shrink-0">
        {label} <span className="font-normal">(UTC)</span>
      </span>
      <input
        ref={ref}
        type="datetime-local"
        name={name}
        defaultValue={shown}
        max="9999-12-31T23:59"
        onChange={(event) => event.stopPropagation()}
        onBlur={apply}
        onKeyDown={(event) => {
          if (event.key === "Enter") apply();
        }}
        className="h-full min-w-0 flex-1 border-0 bg-transparent py-0 pl-0 pr-2 text-lg focus:ring-0 dark:[color-scheme:dark] sm:text-sm"
      />
    </label>
  );
}
