import { Form, useFetcher, useNavigation } from "@remix-run/react";
import { KeyRound } from "lucide-react";
import { useEffect, useRef } from "react";
import type { ApiKeyView, CreatedApiKey } from "#app/domain/auth/schema.ts";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { errorOf, type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { CodeBlock } from "../primitives/code-block.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { TextField } from "../primitives/field.tsx";
import { Notice } from "../primitives/notice.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

export interface KeysPanelProps {
  agent: Pick<AgentView, "id" | "name">;
  keys: ApiKeyView[];
  /** The key just made, to be shown this once. */
  createdKey: CreatedApiKey | undefined;
  keyProblem: FormProblem | undefined;
  /** Where the API is, for the example. */
  origin: string;
}

export function KeysPanel({ agent, keys, createdKey, keyProblem, origin }: KeysPanelProps) {
  const usable = keys.filter((key) => key.revokedAt === null);
  // Revoked right away, it is nothing to copy any more.
  const shown = usable.some((key) => key.id === createdKey?.id) ? createdKey : undefined;
  return (
    <Panel
      title="API keys"
      description={`What ${agent.name} signs in with. A key acts as this agent alone.`}
      flush
    >
      {shown && <CreatedKey created={shown} origin={origin} />}
      {usable.length === 0 ? (
        <EmptyState icon={KeyRound} title="No keys" className="!py-8">
          Without a key this agent can neither send nor read.
        </EmptyState>
      ) : (
        <ul className="divide-y">
          {usable.map((key) => (
            <KeyItem key={key.id} apiKey={key} />
          ))}
        </ul>
      )}
      <CreateKey key={createdKey?.id} problem={keyProblem} />
    </Panel>
  );
}

function CreateKey({ problem }: { problem: FormProblem | undefined }) {
  const navigation = useNavigation();
  const busy = navigation.formData?.get("intent") === "create-key";
  return (
    <Form method="post" preventScrollReset className="border-t bg-canvas/60 px-4 py-4 sm:px-5">
      <input type="hidden" name="intent" value="create-key" />
      <div className="flex items-end gap-2">
        <TextField
          className="min-w-0 flex-1"
          label="New key"
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          placeholder="What uses it, such as production"
          error={errorOf(problem, "name") ?? generalErrorOf(problem, ["name"])}
        />
        <Button type="submit" busy={busy} className="sm:!h-9">
          Create key
        </Button>
      </div>
    </Form>
  );
}

/** The one time that a key can be seen. */
function CreatedKey({ created, origin }: { created: CreatedApiKey; origin: string }) {
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
          Send a first message with it
        </summary>
        <div className="mt-2">
          <CodeBlock label="Copy command" code={firstMessage(created.key, origin)} />
        </div>
      </details>
    </div>
  );
}

/** The operators' desk is what every agent may write to, so it works before any edge exists. */
const firstMessage = (key: string, origin: string): string =>
  [
    `curl ${origin}/api/messaging/send \\`,
    `  -H 'Authorization: Bearer ${key}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '{"recipientId":"operators","type":"status_update","payload":{"status":"Hello from curl"}}'`,
  ].join("\n");

function KeyItem({ apiKey }: { apiKey: ApiKeyView }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <li className="flex items-center gap-4 px-4 py-3 sm:px-5">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 text-sm font-medium">
          <span className="truncate">{apiKey.name}</span>
          {apiKey.expiresAt && (
            <Badge tone="warn">
              Expires <RelativeTime at={apiKey.expiresAt} />
            </Badge>
          )}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-2 text-xs text-ink-muted">
          <code className="font-mono">{apiKey.prefix}…</code>
          <span aria-hidden="true">·</span>
          <span>
            {apiKey.lastUsedAt ? (
              <>
                used <RelativeTime at={apiKey.lastUsedAt} />
              </>
            ) : (
              "never used"
            )}
          </span>
          <span aria-hidden="true" className="max-sm:hidden">
            ·
          </span>
          <span className="max-sm:hidden">
            created <RelativeTime at={apiKey.createdAt} />
          </span>
        </p>
      </div>
      <ConfirmButton
        fetcher={fetcher}
        values={{ intent: "revoke-key", keyId: apiKey.id }}
        size="sm"
        aria-label={`Revoke ${apiKey.name}`}
        title={`Revoke “${apiKey.name}”?`}
        consequence="What uses it is refused from now on, and its streams end. This cannot be undone."
        confirmLabel="Revoke key"
      >
        Revoke
      </ConfirmButton>
    </li>
  );
}
