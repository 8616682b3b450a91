import { useFetcher } from "@remix-run/react";
import { ChevronRight, KeyRound } from "lucide-react";
import type { ApiKeyView } from "#app/domain/auth/schema.ts";
import { errorOf, generalErrorOf, toFormProblem } from "../form-failure.ts";
import { CreatedKey, createdKeyIn } from "../keys/created-key.tsx";
import { LastUse } from "../keys/last-use.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { TextField } from "../primitives/field.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

export interface KeysPanelProps {
  keys: ApiKeyView[];
  /** When the keys were read: what expired before it is of no use any more. */
  readAt: string;
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
  /** Where the API is, for the example. */
  origin: string;
}

export function KeysPanel({ keys, readAt, answer, origin }: KeysPanelProps) {
  // A fetcher keeps its answer while the page's data is loaded again: the key stays until it is copied.
  const create = useFetcher();
  const createdKey = createdKeyIn(create.data ?? answer);
  const nameError =
    errorOf(toFormProblem(create.data ?? answer), "name") ??
    generalErrorOf(toFormProblem(create.data), ["name"]);
  const isUsable = ({ revokedAt, expiresAt }: ApiKeyView) =>
    revokedAt === null && (expiresAt === null || expiresAt > readAt);
  const usable = keys.filter(isUsable);
  const ended = keys.filter((key) => !isUsable(key));
  // Revoked right away, it is nothing to copy any more.
  const shown = usable.some((key) => key.id === createdKey?.id) ? createdKey : undefined;
  return (
    <Panel title="API keys" description="What it signs in with. A key acts as this agent alone." flush>
      {shown && (
        <CreatedKey
          created={shown}
          example={{ title: "Send a first message with it", code: firstMessage(shown.key, origin) }}
        />
      )}
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
      {ended.length > 0 && <EndedKeys keys={ended} />}
      <CreateKey key={createdKey?.id} fetcher={create} error={nameError} />
    </Panel>
  );
}

function CreateKey({
  fetcher,
  error,
}: {
  fetcher: Pick<ReturnType<typeof useFetcher>, "Form" | "state">;
  error: string | undefined;
}) {
  return (
    <fetcher.Form method="post" className="border-t bg-canvas/60 px-4 py-4 sm:px-5">
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
          error={error}
        />
        <Button type="submit" busy={fetcher.state !== "idle"} className="sm:!h-9">
          Create key
        </Button>
      </div>
    </fetcher.Form>
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

/** What opened the door once: folded away, but there for those who look into what happened. */
function EndedKeys({ keys }: { keys: ApiKeyView[] }) {
  return (
    <details className="group border-t">
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-1.5 px-4 text-sm text-ink-muted transition-colors [outline-offset:-2px] hover:bg-hover hover:text-ink sm:px-5 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden="true" className="size-4 transition-transform group-open:rotate-90" />
        {keys.length} revoked or expired
      </summary>
      <ul className="divide-y border-t">
        {keys.map((key) => (
          <li key={key.id} className="px-4 py-2.5 sm:px-5">
            <p className="truncate text-sm text-ink-muted">{key.name}</p>
            <p className="mt-0.5 flex flex-wrap gap-x-2 text-xs text-ink-muted">
              <code className="font-mono">{key.prefix}…</code>
              <span aria-hidden="true">·</span>
              <span>
                <LastUse of={key} />
              </span>
              <span aria-hidden="true">·</span>
              <span>
                {key.revokedAt !== null ? "revoked " : "expired "}
                <RelativeTime at={key.revokedAt ?? key.expiresAt ?? key.createdAt} />
              </span>
            </p>
          </li>
        ))}
      </ul>
    </details>
  );
}

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
            <LastUse of={apiKey} />
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
