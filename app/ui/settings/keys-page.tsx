import { useFetcher } from "@remix-run/react";
import { ChevronRight, KeyRound, SearchX } from "lucide-react";
import type { ApiKeyKind, ApiKeyList, ApiKeyState } from "#app/domain/auth/schema.ts";
import type { Scope } from "#app/domain/auth/scopes.ts";
import { toFormProblem } from "../form-failure.ts";
import { CreatedKey, createdKeyIn } from "../keys/created-key.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSelect } from "../primitives/filter-bar.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { HeaderCell, Table } from "../primitives/table.tsx";
import { KeyRow } from "./key-row.tsx";
import { ServiceKeyForm } from "./service-key-form.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

const keysPath = "/dashboard/settings/keys";

interface KeysPageProps {
  list: ApiKeyList;
  /** When the keys were read: what expired before it is of no use any more. */
  readAt: string;
  filters: { kind?: ApiKeyKind | undefined; state?: ApiKeyState | undefined };
  /** The page begins further down the list. */
  isContinued: boolean;
  /** What the viewer may give a key. */
  scopes: readonly Scope[];
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
  /** Where the API is, for the example. */
  origin: string;
}

/** Every key of the organisation, agents' and services', and the making of services'. */
export function KeysPage({ list, readAt, filters, isContinued, scopes, answer, origin }: KeysPageProps) {
  // A fetcher keeps its answer while the page's data is loaded again: the key stays until it is copied.
  const create = useFetcher();
  const created = createdKeyIn(create.data ?? answer);
  // Revoked right away, it is nothing to copy any more.
  const isRevoked = list.apiKeys.some(({ id, revokedAt }) => id === created?.id && revokedAt !== null);
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const { nextCursor } = list.pagination;
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <SettingsTabs here="keys" />
      <PageHeader
        title="API keys"
        description="What programs sign in with. An agent’s key acts as the agent and is made on the agent’s page; a service’s key acts as a system of your own, which reads and manages but has no mailbox."
      />
      <div className="space-y-6">
        <Panel flush>
          {created && !isRevoked && (
            <CreatedKey
              created={created}
              example={{ title: "Ask who it is", code: whoAmI(created.key, origin) }}
            />
          )}
          {/* Folded: who comes here mostly looks for a key that there is. */}
          <details className="group" open={toFormProblem(create.data ?? answer) !== undefined || undefined}>
            <summary className="flex min-h-11 cursor-pointer list-none items-center gap-1.5 px-4 text-sm font-medium transition-colors [outline-offset:-2px] hover:bg-hover sm:px-5 [&::-webkit-details-marker]:hidden">
              <ChevronRight aria-hidden="true" className="size-4 transition-transform group-open:rotate-90" />
              New service key
            </summary>
            <ServiceKeyForm
              key={created?.id}
              fetcher={create}
              scopes={scopes}
              answer={create.data ?? answer}
            />
          </details>
        </Panel>
        <section aria-label="Keys">
          <FilterBar label="Filter keys" clearHref={isFiltered ? keysPath : undefined} className="mb-3">
            <FilterSelect
              name="kind"
              label="Whose"
              any="Agents and services"
              options={[
                { value: "agent", label: "Agents" },
                { value: "service", label: "Services" },
              ]}
              value={filters.kind}
            />
            <FilterSelect
              name="state"
              label="State"
              any="Any state"
              options={[
                { value: "active", label: "Active" },
                { value: "ended", label: "Revoked or expired" },
              ]}
              value={filters.state}
            />
          </FilterBar>
          <Panel flush>
            {list.apiKeys.length > 0 ? (
              <Table caption="API keys" head={<Head />}>
                {list.apiKeys.map((one) => (
                  <KeyRow key={one.id} apiKey={one} readAt={readAt} />
                ))}
              </Table>
            ) : isFiltered || isContinued ? (
              <EmptyState
                icon={SearchX}
                title="No key matches"
                action={<ButtonLink to={keysPath}>Show all keys</ButtonLink>}
              />
            ) : (
              <EmptyState icon={KeyRound} title="No keys yet">
                Make a service’s key above, or an agent’s on its page.
              </EmptyState>
            )}
            {(isContinued || nextCursor !== null) && (
              <div className="flex gap-2 border-t px-4 py-2.5 sm:px-5">
                {isContinued && (
                  <ButtonLink to={hrefOf(filters, null)} size="sm">
                    Newest keys
                  </ButtonLink>
                )}
                {nextCursor !== null && (
                  <ButtonLink to={hrefOf(filters, nextCursor)} size="sm">
                    Older keys
                  </ButtonLink>
                )}
              </div>
            )}
          </Panel>
        </section>
      </div>
    </div>
  );
}

function hrefOf(filters: KeysPageProps["filters"], cursor: string | null): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filters, cursor }))
    if (value !== undefined && value !== null) query.set(name, value);
  return `${keysPath}?${query}`;
}

const whoAmI = (key: string, origin: string): string =>
  `curl ${origin}/api/auth/me -H 'Authorization: Bearer ${key}'`;

function Head() {
  return (
    <>
      <HeaderCell>Key</HeaderCell>
      <HeaderCell className="hidden sm:table-cell">Acts as</HeaderCell>
      <HeaderCell className="hidden lg:table-cell">Rights</HeaderCell>
      <HeaderCell className="hidden md:table-cell">Made by</HeaderCell>
      <HeaderCell className="hidden sm:table-cell">Last use</HeaderCell>
      <HeaderCell>
        <span className="sr-only">Revoke</span>
      </HeaderCell>
    </>
  );
}
