import { useEffect, useRef } from "react";
import type { CreatedApiKey } from "#app/domain/auth/schema.ts";
import { CodeBlock } from "../primitives/code-block.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { Notice } from "../primitives/notice.tsx";

/** The key just made, to be shown this once. */
export function createdKeyIn(answer: unknown): CreatedApiKey | undefined {
  if (typeof answer !== "object" || answer === null || !("createdKey" in answer)) return undefined;
  // Only the actions that make a key answer with one.
  return answer.createdKey as CreatedApiKey;
}

interface CreatedKeyProps {
  created: CreatedApiKey;
  /** A command to try the key with. */
  example: { title: string; code: string };
}

/** The one time that a key can be seen. */
export function CreatedKey({ created, example }: CreatedKeyProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div
      ref={box}
      tabIndex={-1}
      className="space-y-4 border-b bg-ok-soft/40 px-4 py-4 outline-none sm:px-5"
      data-testid="created-key"
    >
      <Notice
        tone="ok"
        title={`Key “${created.name}” is ready. Copy it now: it is not shown again.`}
        className="!bg-transparent !p-0"
      />
      <div className="flex items-center gap-2">
        <input
          readOnly
          aria-label="API key"
          value={created.key}
          onFocus={(event) => event.currentTarget.select()}
          className="h-10 min-w-0 flex-1 rounded border border-line-strong bg-surface px-3 font-mono text-sm sm:h-8"
        />
        <CopyButton value={created.key} label="Copy key" variant="primary" showLabel />
      </div>
      <details className="text-sm">
        <summary className="w-fit cursor-pointer rounded-sm py-1 text-ink-muted hover:text-ink">
          {example.title}
        </summary>
        <div className="mt-2">
          <CodeBlock label="Copy command" code={example.code} />
        </div>
      </details>
    </div>
  );
}
