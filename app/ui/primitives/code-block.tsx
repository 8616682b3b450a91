import { CopyButton } from "./copy-button.tsx";

/** Text to be copied into a terminal. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="relative rounded border bg-canvas">
      <CopyButton value={code} label={label} className="absolute right-1 top-1 bg-canvas" />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre tabIndex={0} className="scroll-quiet overflow-x-auto p-3 pr-12 font-mono text-xs leading-5">
        {code}
      </pre>
    </div>
  );
}
