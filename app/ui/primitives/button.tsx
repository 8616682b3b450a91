import { Link, type LinkProps } from "@remix-run/react";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { cx } from "./cx.ts";
import { Spinner } from "./spinner.tsx";

type Variant = "primary" | "secondary" | "ghost" | "danger";
type Size = "sm" | "md" | "icon" | "icon-sm";

const variants: Record<Variant, string> = {
  primary: "bg-ink text-surface shadow-control hover:bg-ink/85",
  secondary: "border border-line-strong bg-surface text-ink shadow-control hover:bg-hover",
  ghost: "text-ink-muted hover:bg-hover hover:text-ink",
  danger: "bg-bad text-bad-on shadow-control hover:bg-bad/90",
};

/** On touch screens every target is at least 40 px high. */
const sizes: Record<Size, string> = {
  sm: "h-10 gap-1.5 px-3 text-sm sm:h-7 sm:px-2.5",
  md: "h-10 gap-2 px-3.5 text-sm sm:h-8 sm:px-3",
  icon: "size-10 sm:size-8",
  "icon-sm": "size-10 sm:size-7",
};

const classes = (variant: Variant, size: Size, className?: string): string =>
  cx(
    "inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded font-medium transition-colors",
    "disabled:pointer-events-none disabled:opacity-55 aria-disabled:pointer-events-none aria-disabled:opacity-55",
    variants[variant],
    sizes[size],
    className,
  );

interface Look {
  variant?: Variant;
  size?: Size;
  icon?: ReactNode;
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Look {
  /** Shows a spinner and refuses further presses, but keeps focus and width. */
  busy?: boolean;
}

export function Button({
  variant = "secondary",
  size = "md",
  icon,
  busy = false,
  className,
  children,
  type = "button",
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
      className={classes(variant, size, className)}
      {...rest}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  );
}

export function ButtonLink({
  variant = "secondary",
  size = "md",
  icon,
  className,
  children,
  ...rest
}: LinkProps & Look & { className?: string }) {
  return (
    <Link className={classes(variant, size, className)} {...rest}>
      {icon}
      {children}
    </Link>
  );
}
