import { useEffect, useRef } from "react";
import { CopyButton } from "../primitives/copy-button.tsx";
import { Notice } from "../primitives/notice.tsx";

/** The secret that an answer carries, with the URL that it is for. */
export function endpointSecretIn(answer: unknown): { secret: string; url: string } | undefined {
  if (typeof answer !== "object" || answer === null || !("endpointSecret" in answer)) return undefined;
  const { endpointSecret: found } = answer;
  if (typeof found !== "object" || found === null || !("secret" in found) || !("url" in found))
    return undefined;
  const { secret, url } = found;
  return typeof secret === "string" && typeof url === "string" ? { secret, url } : undefined;
}

/** The one time that a signing secret can be seen. */
export function EndpointSecret({ secret }: { secret: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div
      ref={box}
      tabIndex={-1}
      className="space-y-3 border-b bg-ok-soft/40 px-4 py-4 outline-none sm:px-5"
      data-testid="endpoint-secret"
    >
      <Notice
        tone="ok"
        title="This secret signs what is posted. Copy it now: it is not shown again."
        className="!bg-transparent !p-0"
      />
      <div className="flex items-center gap-2">
        <input
          readOnly
          aria-label="Signing secret"
          value={secret}
          onFocus={(event) => event.currentTarget.select()}
          className="h-10 min-w-0 flex-1 rounded border border-line-strong bg-surface px-3 font-mono text-sm sm:h-8"
        />
        <CopyButton value={secret} label="Copy secret" variant="primary" showLabel />
      </div>
    </div>
  );
}
