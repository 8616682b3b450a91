import { cx } from "./cx.ts";

/** A key as it is printed on the keyboard. */
export function Kbd({ children, className }: { children: string; className?: string }) {
  return (
    <kbd
      className={cx(
        "inline-grid h-5 min-w-5 place-items-center rounded-sm border bg-canvas px-1 font-sans text-[0.6875rem] font-medium leading-none text-ink-muted",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
