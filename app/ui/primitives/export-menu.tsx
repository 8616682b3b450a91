import { ChevronDown, Download } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, useRef } from "react";

export interface ExportChoice {
  href: string;
  label: string;
  hint: string;
}

interface ExportMenuProps<C extends ExportChoice> {
  choices: readonly C[];
  /** Takes the file itself instead of the browser, where there is a script. */
  onChoose?: (choice: C) => void;
}

/** What a page shows, all of it, as a file. Links in a disclosure, so that it needs no script. */
export function ExportMenu<C extends ExportChoice>({ choices, onChoose }: ExportMenuProps<C>) {
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
        <Download aria-hidden="true" className="size-4" />
        Export
        <ChevronDown aria-hidden="true" className="size-3.5 text-ink-muted" />
      </summary>
      <ul className="absolute left-0 z-30 mt-1 w-64 rounded-lg bg-surface p-1.5 shadow-overlay sm:left-auto sm:right-0">
        {choices.map((choice) => (
          <li key={choice.href}>
            <a
              href={choice.href}
              download
              onClick={(event) => {
                close();
                if (onChoose === undefined) return;
                event.preventDefault();
                onChoose(choice);
              }}
              className="flex min-h-10 items-baseline gap-2 rounded px-2 py-2 text-sm transition-colors hover:bg-hover sm:min-h-8 sm:py-1.5"
            >
              <span className="font-medium text-ink">{choice.label}</span>
              <span className="text-xs text-ink-muted">{choice.hint}</span>
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
