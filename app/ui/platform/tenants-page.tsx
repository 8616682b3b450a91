import { Link } from "@remix-run/react";
import { SearchX } from "lucide-react";
import type { TenantList, TenantListQuery, TenantSummary } from "#app/domain/platform/schema.ts";
import { optionsOf } from "../agents/agent-words.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { Badge } from "../primitives/badge.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSearch, FilterSelect } from "../primitives/filter-bar.tsx";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { TenantStatusBadge } from "./tenant-status-badge.tsx";
import { plans, tenantPath, tenantStatuses, tenantsPath } from "./tenant-words.ts";

export type TenantFilters = Pick<TenantListQuery, "search" | "status" | "plan">;

interface TenantsPageProps {
  list: TenantList;
  filters: TenantFilters;
  cursor: string | undefined;
}

/** Every organisation on the service. */
export function TenantsPage({ list, filters, cursor }: TenantsPageProps) {
  const { tenants, total, totalIsExact, nextCursor } = list;
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader title="Tenants" description="The organisations on this service, the newest first." />
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <FilterBar label="Filter tenants" clearHref={isFiltered ? tenantsPath : undefined}>
          <FilterSearch name="search" label="Search tenants" value={filters.search} />
          <FilterSelect
            name="status"
            label="Status"
            any="Any status"
            options={optionsOf(tenantStatuses)}
            value={filters.status}
            className="max-sm:flex-1"
          />
          <FilterSelect
            name="plan"
            label="Plan"
            any="Any plan"
            options={optionsOf(plans)}
            value={filters.plan}
            className="max-sm:flex-1"
          />
        </FilterBar>
        <p role="status" className="tabular text-sm text-ink-muted">
          {formatCount(total)}
          {totalIsExact ? "" : "+"} {total === 1 ? "tenant" : "tenants"}
        </p>
      </div>
      <Panel flush>
        {tenants.length > 0 ? (
          <Table caption="Tenants, the newest first" head={<Head />}>
            {tenants.map((tenant) => (
              <TenantRow key={tenant.id} tenant={tenant} />
            ))}
          </Table>
        ) : (
          <EmptyState
            icon={SearchX}
            title="No tenant matches"
            action={<ButtonLink to={tenantsPath}>Clear the filters</ButtonLink>}
          >
            Names, short names and ids are searched.
          </EmptyState>
        )}
      </Panel>
      {(cursor !== undefined || nextCursor !== null) && (
        <nav aria-label="Pages" className="mt-3 flex justify-end gap-2 px-1">
          {cursor !== undefined && (
            <ButtonLink to={hrefOf(filters)} size="sm" variant="ghost">
              Newest
            </ButtonLink>
          )}
          {nextCursor !== null && (
            <ButtonLink to={hrefOf({ ...filters, cursor: nextCursor })} size="sm">
              Older
            </ButtonLink>
          )}
        </nav>
      )}
    </div>
  );
}

function hrefOf(filters: TenantFilters & { cursor?: string }): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text === "" ? tenantsPath : `${tenantsPath}?${text}`;
}

function Head() {
  return (
    <>
      <HeaderCell>Name</HeaderCell>
      <HeaderCell className="max-sm:text-right">Status</HeaderCell>
      <HeaderCell className="hidden sm:table-cell">Plan</HeaderCell>
      <HeaderCell numeric className="hidden md:table-cell">
        Members
      </HeaderCell>
      <HeaderCell numeric className="hidden md:table-cell">
        Agents
      </HeaderCell>
      <HeaderCell numeric className="hidden sm:table-cell">
        Messages, 24 h
      </HeaderCell>
      <HeaderCell numeric className="hidden lg:table-cell">
        Created
      </HeaderCell>
    </>
  );
}

function TenantRow({ tenant }: { tenant: TenantSummary }) {
  const { name, slug, status, plan, isSystem, members, agents, messages24h, createdAt } = tenant;
  return (
    <Row>
      <Cell className="w-full max-w-0">
        <div className="flex items-center gap-3">
          <Avatar name={name} />
          <div className="min-w-0">
            <p className="truncate">
              <Link to={tenantPath(tenant.id)} prefetch="intent" {...rowLink}>
                {name}
              </Link>
              {isSystem && <Badge className="ml-2">The service itself</Badge>}
            </p>
            <p className="truncate text-xs">
              {slug}
              <span className="tabular sm:hidden"> · {formatCount(messages24h)} in 24 h</span>
            </p>
          </div>
        </div>
      </Cell>
      <Cell className="max-sm:text-right">
        <TenantStatusBadge status={status} quiet />
      </Cell>
      <Cell className="hidden sm:table-cell">{isSystem ? "–" : plans[plan].label}</Cell>
      <Cell numeric className="hidden md:table-cell">
        {formatCount(members)}
      </Cell>
      <Cell numeric className="hidden md:table-cell">
        {formatCount(agents)}
      </Cell>
      <Cell numeric className="hidden sm:table-cell">
        {formatCount(messages24h)}
      </Cell>
      <Cell numeric className="hidden whitespace-nowrap lg:table-cell">
        <RelativeTime at={createdAt} />
      </Cell>
    </Row>
  );
}
