import { Link, useFetcher } from "@remix-run/react";
import type { ApiKeyView } from "#app/domain/auth/schema.ts";
import { agentPath } from "../agents/agent-words.ts";
import { LastUse } from "../keys/last-use.tsx";
import { Badge } from "../primitives/badge.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, Row } from "../primitives/table.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

/** One key: on a phone everything but its rights stands below its name. */
export function KeyRow({ apiKey, readAt }: { apiKey: ApiKeyView; readAt: string }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const isUsable = apiKey.revokedAt === null && (apiKey.expiresAt === null || apiKey.expiresAt > readAt);
  return (
    <Row>
      <Cell className="w-full max-w-0">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 font-medium text-ink">
          <span className="truncate">{apiKey.name}</span>
          <State of={apiKey} isUsable={isUsable} />
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-2 text-xs">
          <code className="font-mono">{apiKey.prefix}…</code>
          <span className="sm:hidden">
            <Holder of={apiKey} />, <LastUse of={apiKey} />
          </span>
        </p>
      </Cell>
      <Cell className="hidden sm:table-cell">
        <span className="block max-w-48 truncate">
          <Holder of={apiKey} />
        </span>
      </Cell>
      <Cell className="hidden lg:table-cell">
        <ul className="flex w-64 flex-wrap gap-1" aria-label="Rights">
          {apiKey.scopes.map((scope) => (
            <li key={scope}>
              <code className="rounded-sm bg-sunken px-1 font-mono text-xs">{scope}</code>
            </li>
          ))}
        </ul>
      </Cell>
      <Cell className="hidden md:table-cell">
        <span className="block max-w-40 truncate">{apiKey.createdBy?.name ?? "A program"}</span>
        <span className="text-xs">
          <RelativeTime at={apiKey.createdAt} />
        </span>
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        {apiKey.lastUsedAt === null ? (
          <span className="text-ink-faint">never</span>
        ) : (
          <RelativeTime at={apiKey.lastUsedAt} />
        )}
      </Cell>
      <Cell className="text-right">
        {isUsable && (
          <ConfirmButton
            fetcher={fetcher}
            values={{ intent: "revoke", keyId: apiKey.id }}
            size="sm"
            aria-label={`Revoke ${apiKey.name}`}
            title={`Revoke “${apiKey.name}”?`}
            consequence="What uses it is refused from now on, and its streams end. This cannot be undone."
            confirmLabel="Revoke key"
          >
            Revoke
          </ConfirmButton>
        )}
      </Cell>
    </Row>
  );
}

function Holder({ of: { agentId, agentName } }: { of: ApiKeyView }) {
  if (agentId === null) return "Service";
  return (
    <Link
      to={agentPath(agentId)}
      className="underline decoration-line-strong underline-offset-2 hover:decoration-current"
    >
      {agentName ?? "Agent"}
    </Link>
  );
}

function State({ of: { revokedAt, expiresAt }, isUsable }: { of: ApiKeyView; isUsable: boolean }) {
  if (revokedAt !== null)
    return (
      <Badge>
        Revoked <RelativeTime at={revokedAt} />
      </Badge>
    );
  if (expiresAt === null) return null;
  return (
    <Badge tone={isUsable ? "warn" : "neutral"}>
      {isUsable ? "Expires" : "Expired"} <RelativeTime at={expiresAt} />
    </Badge>
  );
}
