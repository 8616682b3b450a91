import { Link, useNavigate } from "@remix-run/react";
import { X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { cx } from "../primitives/cx.ts";

interface SelectionPanelProps {
  title: ReactNode;
  closeHref: string;
  children: ReactNode;
  footer?: ReactNode;
}

/**
 * What is selected, over the graph's right side; on narrow screens above the list. It takes the focus
 * when it comes and gives it back on Escape; without JavaScript it is a part of the page.
 */
export function SelectionPanel({ title, closeHref, children, footer }: SelectionPanelProps) {
  const titleId = useId();
  const navigate = useNavigate();
  const heading = useRef<HTMLHeadingElement>(null);
  useFocusWhileOpen(heading);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    // A dialog within closes first.
    if (event.target instanceof Element && event.target.closest("dialog")) return;
    navigate(closeHref, { preventScrollReset: true });
  };

  return (
    <section
      aria-labelledby={titleId}
      onKeyDown={onKeyDown}
      className={cx(
        "flex flex-col rounded-lg border bg-surface",
        "lg:absolute lg:right-3 lg:top-3 lg:z-10 lg:max-h-[calc(100%-1.5rem)] lg:w-80 lg:border-0 lg:shadow-overlay",
        "[@media(scripting:none)]:!static [@media(scripting:none)]:!w-auto",
      )}
    >
      <header className="flex items-start justify-between gap-2 border-b py-2.5 pl-4 pr-2">
        <h2
          ref={heading}
          id={titleId}
          tabIndex={-1}
          className="min-w-0 py-1 text-base font-semibold outline-none [overflow-wrap:anywhere]"
        >
          {title}
        </h2>
        <Link
          to={closeHref}
          preventScrollReset
          aria-label="Close"
          className="grid size-10 shrink-0 place-items-center rounded text-ink-muted transition-colors hover:bg-hover hover:text-ink sm:size-7"
        >
          <X aria-hidden="true" className="size-4" />
        </Link>
      </header>
      <div className="scroll-quiet min-h-0 flex-1 space-y-4 overflow-y-auto overscroll-contain px-4 py-4">
        {children}
      </div>
      {footer && <footer className="flex flex-wrap gap-2 border-t px-4 py-3">{footer}</footer>}
    </section>
  );
}

function useFocusWhileOpen(heading: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const before = document.activeElement;
    // Opened with the page, as from a link, it leaves the focus where the page begins.
    const isFromHere = before instanceof HTMLElement && before !== document.body;
    if (isFromHere) heading.current?.focus({ preventScroll: true });
    const own = heading.current?.closest("section");
    return () => {
      const isWithin = own?.contains(document.activeElement) || document.activeElement === document.body;
      if (isFromHere && isWithin && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [heading]);
}
