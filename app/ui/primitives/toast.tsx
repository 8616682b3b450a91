import { CircleAlert, CircleCheck, X } from "lucide-react";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";

export interface Toast {
  tone: "ok" | "bad";
  message: string;
}

type Show = (toast: Toast) => void;
const ToastContext = createContext<Show>(() => {});

/** Says briefly that something was done, or was not. */
export const useToast = (): Show => useContext(ToastContext);

const shownForMs = 5_000;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<(Toast & { id: number })[]>([]);
  const nextId = useRef(0);

  const show = useCallback<Show>((toast) => {
    nextId.current += 1;
    const id = nextId.current;
    setToasts((shown) => [...shown.slice(-2), { ...toast, id }]);
  }, []);

  const close = useCallback(
    (id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)),
    [],
  );

  return (
    <ToastContext.Provider value={show}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-4 bottom-4 z-50 flex flex-col items-center gap-2 sm:left-auto sm:items-end"
      >
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} onClose={() => close(toast.id)} />
        ))}
      </div>
    </ToastContext.Provider>
  );
}

function ToastCard({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const [held, setHeld] = useState(false);
  const latestClose = useRef(onClose);
  latestClose.current = onClose;

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => latestClose.current(), shownForMs);
    return () => clearTimeout(timer);
  }, [held]);

  const Icon = toast.tone === "ok" ? CircleCheck : CircleAlert;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only keeps the toast from leaving
    <div
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      className="pointer-events-auto flex w-full max-w-sm animate-rise items-center gap-2.5 rounded-lg bg-surface py-1.5 pl-3.5 pr-1.5 text-sm shadow-overlay sm:w-auto"
    >
      <Icon aria-hidden="true" className={toast.tone === "ok" ? "size-4 text-ok" : "size-4 text-bad"} />
      <span className="min-w-0 flex-1 py-1 [overflow-wrap:anywhere]">{toast.message}</span>
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label="Dismiss"
        onClick={onClose}
        icon={<X className="size-4" />}
      />
    </div>
  );
}
