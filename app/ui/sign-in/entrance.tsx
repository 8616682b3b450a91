import type { ReactNode } from "react";
import { Mark } from "../primitives/mark.tsx";
import { TrackDiagram } from "./track-diagram.tsx";

interface EntranceProps {
  title: string;
  lead: ReactNode;
  children?: ReactNode;
  /** Ways to the other pages. */
  footer?: ReactNode;
}

/** What stands before the sign-in: one question at a time, beside a picture where there is room. */
export function Entrance({ title, lead, children, footer }: EntranceProps) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(28rem,2fr)_3fr]">
      <main className="flex flex-col justify-center bg-surface px-6 py-12 sm:px-12">
        <div className="mx-auto w-full max-w-sm">
          <Mark className="mb-8 size-10" />
          <h1 className="text-2xl font-semibold">{title}</h1>
          <p className="mt-2 text-base text-ink-muted [overflow-wrap:anywhere]">{lead}</p>
          {children}
          {footer && <div className="mt-6 space-y-2 text-sm text-ink-muted">{footer}</div>}
        </div>
      </main>
      <div aria-hidden="true" className="relative hidden overflow-hidden border-l bg-canvas lg:block">
        <TrackDiagram />
      </div>
    </div>
  );
}
