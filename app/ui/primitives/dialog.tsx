import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { Button } from "./button.tsx";
import { Modal } from "./modal.tsx";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
}

/** A question or a short form in the middle of the screen. */
export function Dialog({ open, onClose, title, description, children, footer }: DialogProps) {
  const id = useId();
  return (
    <Modal
      open={open}
      onClose={onClose}
      aria-labelledby={`${id}-title`}
      aria-describedby={description ? `${id}-description` : undefined}
      className="m-auto w-[calc(100%-2rem)] max-w-md rounded-lg bg-surface p-0 text-ink shadow-overlay open:animate-rise"
    >
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
            onClick={onClose}
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
    </Modal>
  );
}
