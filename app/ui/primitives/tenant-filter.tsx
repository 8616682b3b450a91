import type { TenantNames } from "#app/domain/platform/schema.ts";
import { FilterSearch, FilterSelect } from "./filter-bar.tsx";

/** One of the tenants by its name; where there are too many to choose from, by its id. */
export function TenantFilter({ names, value }: { names: TenantNames; value: string | undefined }) {
  if (!names.isWhole)
    return <FilterSearch name="tenantId" label="Tenant’s id" value={value} className="w-full sm:w-56" />;
  return (
    <FilterSelect
      name="tenantId"
      label="Tenant"
      any="Any tenant"
      options={names.tenants.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      className="basis-full grow sm:max-w-48 sm:grow-0 sm:basis-auto"
    />
  );
}
