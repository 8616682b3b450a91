import type { ReactNode } from "react";
import { cx } from "./cx.ts";

/** What a colour says, the same on every screen: see docs/design-language.md. */
export type Tone = "neutral" | "accent" | "ok" | "warn" | "bad" | "info";

const tints: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-muted",
  accent: "bg-accent-soft text-accent-ink",
  ok: "bg-ok-soft text-ok-ink",
  warn: "bg-warn-soft text-warn-ink",
  bad: "bg-bad-soft text-bad-ink",
  info: "bg-info-soft text-info-ink",
};

const solids: Record<Tone, string> = {
  neutral: "bg-ink-faint",
  accent: "bg-accent",
  ok: "bg-ok",
  warn: "bg-warn",
  bad: "bg-bad",
  info: "bg-info",
};

interface BadgeProps {
  tone?: Tone;
  /** A mark before the words; colour is never the only sign. */
  icon?: ReactNode;
  children: ReactNode;
  className?: string;
}

export function Badge({ tone = "neutral", icon, children, className }: BadgeProps) {
  return (
    <span
      className={cx(
        "inline-flex h-5 items-center gap-1 whitespace-nowrap rounded-sm px-1.5 text-xs font-medium [&>svg]:size-3",
        tints[tone],
        className,
      )}
    >
      {icon}
      {children}
    </span>
  );
}

/** A coloured point with its meaning in words. */
export function StatusDot({
  tone,
  pulse = false,
  children,
}: {
  tone: Tone;
  pulse?: boolean;
  children: ReactNode;
}) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap text-sm text-ink-muted">
      <span
        aria-hidden="true"
        className={cx("size-2 rounded-full", solids[tone], pulse && "animate-breathe")}
      />
      {children}
    </span>
  );
}

/** The tint of a tone, for what is not a badge. */
export const tintOf = (tone: Tone): string => tints[tone];
