import { CopyButton } from "./copy-button.tsx";

/** Text to be copied into a terminal. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="flex items-start rounded border bg-canvas">
      <pre className="min-w-0 flex-1 whitespace-pre-wrap p-3 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
        {code}
      </pre>
      <CopyButton value={code} label={label} className="m-1" />
    </div>
  );
}
