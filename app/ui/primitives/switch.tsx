import type { ButtonHTMLAttributes } from "react";
import { cx } from "./cx.ts";

interface SwitchProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "role" | "className"> {
  on: boolean;
  "aria-label": string;
}

/** Turns one thing on or off at once: the button of a form that says the other state. */
export function Switch({ on, ...button }: SwitchProps) {
  return (
    <button
      type="submit"
      role="switch"
      aria-checked={on}
      {...button}
      className="relative grid h-10 w-10 place-items-center disabled:opacity-55 sm:h-7"
    >
      <span
        aria-hidden="true"
        className={cx(
          "block h-5 w-9 rounded-full p-0.5 ring-1 ring-inset transition-colors",
          on ? "bg-accent ring-accent" : "bg-sunken ring-ink-faint",
        )}
      >
        <span
          className={cx(
            "block size-4 rounded-full shadow-control transition-transform",
            on ? "translate-x-4 bg-surface" : "bg-ink-faint",
          )}
        />
      </span>
    </button>
  );
}
