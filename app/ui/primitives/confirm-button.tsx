import type { useFetcher } from "@remix-run/react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { popover, popoverTarget } from "../shell/popover.ts";
import { Button, type ButtonProps } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

interface ConfirmButtonProps extends Pick<ButtonProps, "variant" | "size" | "icon" | "aria-label"> {
  fetcher: Pick<ReturnType<typeof useFetcher>, "Form" | "state">;
  /** Form fields that say what is to be done. */
  values: Record<string, string>;
  /** Where they go; the page's own action when left out. */
  action?: string;
  title: ReactNode;
  /** What will happen, and whether it can be undone. */
  consequence: ReactNode;
  confirmLabel: string;
  children?: ReactNode;
  /** Extra fields inside the dialog, such as a reason. */
  fields?: ReactNode;
  danger?: boolean;
}

/**
 * A button for what should not happen by a slip: it asks first, then submits. Without JavaScript the
 * question is a popover, which the button opens by itself.
 */
export function ConfirmButton({
  fetcher,
  values,
  action,
  title,
  consequence,
  confirmLabel,
  children,
  fields,
  danger = true,
  ...button
}: ConfirmButtonProps) {
  const [open, setOpen] = useState(false);
  const [submitted, setSubmitted] = useState(false);
  const formId = useId();
  const scriptlessId = `${formId}-scriptless`;
  const busy = fetcher.state !== "idle";

  useEffect(() => {
    if (!submitted || busy) return;
    setSubmitted(false);
    setOpen(false);
  }, [submitted, busy]);

  const hiddenFields = Object.entries(values).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));

  return (
    <>
      <Button {...button} {...popoverTarget(scriptlessId)} onClick={() => setOpen(true)}>
        {children}
      </Button>
      <noscript>
        <div
          id={scriptlessId}
          {...popover}
          className="m-auto w-[calc(100%-2rem)] max-w-md rounded-lg border-0 bg-surface p-5 text-ink shadow-overlay"
        >
          <h2 className="text-lg font-semibold [overflow-wrap:anywhere]">{title}</h2>
          <p className="mb-4 text-sm text-ink-muted">{consequence}</p>
          <fetcher.Form method="post" action={action} className="space-y-4">
            {hiddenFields}
            {fields}
            <Button type="submit" variant={danger ? "danger" : "primary"}>
              {confirmLabel}
            </Button>
          </fetcher.Form>
        </div>
      </noscript>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title={title}
        description={consequence}
        footer={
          <>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button type="submit" form={formId} variant={danger ? "danger" : "primary"} busy={busy}>
              {confirmLabel}
            </Button>
          </>
        }
      >
        <fetcher.Form
          method="post"
          action={action}
          id={formId}
          onSubmit={() => queueMicrotask(() => setSubmitted(true))}
        >
          {hiddenFields}
          {fields && <div className="mt-4">{fields}</div>}
        </fetcher.Form>
      </Dialog>
    </>
  );
}
