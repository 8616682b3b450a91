import { CircleAlert, CircleCheck, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { type Tone, tintOf } from "./badge.tsx";
import { cx } from "./cx.ts";

const icons: Partial<Record<Tone, LucideIcon>> = { bad: CircleAlert, warn: TriangleAlert, ok: CircleCheck };

/** Something the reader should know, in the flow of the page. A `bad` one is announced at once. */
export function Notice({
  tone = "info",
  title,
  children,
  className,
}: {
  tone?: Tone;
  title?: ReactNode;
  children?: ReactNode;
  className?: string;
}) {
  const Icon = icons[tone] ?? Info;
  return (
    <div
      role={tone === "bad" ? "alert" : undefined}
      className={cx("flex items-start gap-2.5 rounded px-3 py-2.5 text-sm", tintOf(tone), className)}
    >
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        {title && <p className="font-medium">{title}</p>}
        {children}
      </div>
    </div>
  );
}
