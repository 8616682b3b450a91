import { type ReactNode, useEffect, useRef } from "react";

interface ModalProps {
  open: boolean;
  onClose: () => void;
  "aria-label"?: string;
  "aria-labelledby"?: string;
  "aria-describedby"?: string | undefined;
  /** Where it stands, how large it is, how it comes. */
  className: string;
  children: ReactNode;
}

/**
 * The browser's own modal <dialog>, which every overlay stands on: focus is kept inside and given
 * back, Escape closes it, and so does a press beside it. Mounted also while closed.
 */
export function Modal({ open, onClose, className, children, ...aria }: ModalProps) {
  const ref = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  return (
    <dialog
      ref={ref}
      {...aria}
      onClose={(event) => {
        // The close of a dialog inside this one bubbles in React, though not in the document.
        if (event.target === event.currentTarget) onClose();
      }}
      onPointerDown={(event) => {
        // The backdrop is part of the dialog element; its content is in the child.
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
      className={className}
    >
      {open && children}
    </dialog>
  );
}
