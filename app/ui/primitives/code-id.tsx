import { CopyButton } from "./copy-button.tsx";

/** An id as people meet it: in monospace, whole, with a button that copies it. */
export function CodeId({ id, label }: { id: string; label: string }) {
  return (
    <span className="inline-flex max-w-full items-center gap-0.5">
      <code className="min-w-0 truncate font-mono text-xs text-ink-muted">{id}</code>
      <CopyButton value={id} label={label} className="-my-1.5 !size-7" />
    </span>
  );
}
