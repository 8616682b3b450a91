import { cx } from "./cx.ts";

/** "Release planner" → "RP", "support" → "SU". */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = "", second] = words;
  const letters = second === undefined ? [...first].slice(0, 2) : [[...first][0] ?? "", [...second][0] ?? ""];
  return letters.join("").toUpperCase() || "?";
}

/** Initials on a quiet tile. Round for people, square for programs. Decorative: the name stands beside it. */
export function Avatar({
  name,
  round = false,
  className,
}: {
  name: string;
  round?: boolean;
  className?: string;
}) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "grid size-8 shrink-0 select-none place-items-center border bg-sunken text-[0.6875rem] font-semibold leading-none text-ink-muted",
        round ? "rounded-full" : "rounded",
        className,
      )}
    >
      {initialsOf(name)}
    </span>
  );
}
