import { X } from "lucide-react";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { Button } from "./button.tsx";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
}

/** A modal on the browser's own <dialog>: focus is kept inside and given back, Escape closes. */
export function Dialog({ open, onClose, title, description, children, footer }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  return (
    <dialog
      ref={ref}
      aria-labelledby={`${id}-title`}
      aria-describedby={description ? `${id}-description` : undefined}
      onClose={onClose}
      onPointerDown={(event) => {
        // The backdrop is part of the dialog element; its content is in the child.
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
      className="m-auto w-[calc(100%-2rem)] max-w-md rounded-lg bg-surface p-0 text-ink shadow-overlay open:animate-rise"
    >
      {open && (
        <div>
          <header className="flex items-start justify-between gap-4 px-5 pt-4">
            <h2 id={`${id}-title`} className="pt-0.5 text-lg font-semibold [overflow-wrap:anywhere]">
              {title}
            </h2>
            <Button
              variant="ghost"
              size="icon-sm"
              className="-mr-2"
              aria-label="Close"
              onClick={() => ref.current?.close()}
              icon={<X className="size-4" />}
            />
          </header>
          <div className="px-5 pb-5 pt-1">
            {description && (
              <p id={`${id}-description`} className="text-sm text-ink-muted">
                {description}
              </p>
            )}
            {children}
          </div>
          {footer && (
            <footer className="flex flex-wrap justify-end gap-2 rounded-b-lg border-t bg-canvas px-5 py-3">
              {footer}
            </footer>
          )}
        </div>
      )}
    </dialog>
  );
}
