import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { Button } from "./button.tsx";
import { Modal } from "./modal.tsx";

interface DrawerProps {
  open: boolean;
  /** Where the URL says what is open, this navigates. */
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
}

/** The detail of one row of a list, at the list's side; on a phone it takes the whole screen. */
export function Drawer({ open, onClose, title, description, children, footer }: DrawerProps) {
  const id = useId();
  return (
    <Modal
      open={open}
      onClose={onClose}
      aria-labelledby={`${id}-title`}
      className="fixed inset-y-0 left-auto right-0 m-0 h-dvh max-h-none w-full max-w-none bg-surface p-0 text-ink shadow-overlay open:animate-slide-in-end sm:w-[34rem] sm:max-w-[90vw]"
    >
      <div className="flex h-full flex-col">
        <header className="flex items-start justify-between gap-4 border-b px-4 py-3 sm:px-5">
          <div className="min-w-0 pt-1">
            <h2 id={`${id}-title`} className="text-lg font-semibold [overflow-wrap:anywhere]">
              {title}
            </h2>
            {description && <div className="mt-0.5 text-sm text-ink-muted">{description}</div>}
          </div>
          <Button
            variant="ghost"
            size="icon"
            className="-mr-2"
            aria-label="Close"
            onClick={onClose}
            icon={<X className="size-4" />}
          />
        </header>
        <div className="scroll-quiet min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 py-5 sm:px-5">
          {children}
        </div>
        {footer && (
          <footer className="flex flex-wrap justify-end gap-2 border-t bg-canvas px-4 py-3 sm:px-5">
            {footer}
          </footer>
        )}
      </div>
    </Modal>
  );
}
