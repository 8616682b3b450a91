import { Link } from "@remix-run/react";
import { SearchX, Send } from "lucide-react";
import type { ChannelView, DeliveryView } from "#app/domain/alerts/channels/channel-schema.ts";
import { ButtonLink } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { FilterBar, FilterSelect } from "../../primitives/filter-bar.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { RelativeTime } from "../../primitives/relative-time.tsx";
import { type AlertsBase, alertHref } from "../alerts-href.ts";
import { DeliveryOutcome } from "../delivery-outcome.tsx";
import { channelWords, deliveryMarks, reasonWords } from "../timeline-words.ts";

export interface DeliveriesPanelProps {
  base: AlertsBase;
  /** Whose they are. */
  tenantId: string;
  channels: readonly ChannelView[];
  deliveries: readonly DeliveryView[];
  nextCursor: string | null;
  filters: { channel?: string | undefined; status?: string | undefined };
  /** The page begins further down the list. */
  isContinued: boolean;
  mayChange: boolean;
}

/** What was told where of late, to whom, when, and what came back. */
export function DeliveriesPanel(props: DeliveriesPanelProps) {
  const { base, tenantId, channels, deliveries, nextCursor, filters, isContinued, mayChange } = props;
  const path = `${base}/channels`;
  const isFiltered = filters.channel !== undefined || filters.status !== undefined;
  return (
    <section aria-label="Deliveries" className="mt-8">
      <h2 className="mb-3 text-lg font-semibold">What was told</h2>
      <FilterBar label="Filter deliveries" clearHref={isFiltered ? path : undefined} className="mb-3">
        <FilterSelect
          name="channel"
          label="Channel"
          any="All channels"
          options={channels.map(({ id, name }) => ({ value: id, label: name }))}
          value={filters.channel}
        />
        <FilterSelect
          name="status"
          label="Outcome"
          any="Any outcome"
          options={Object.entries(deliveryMarks).map(([value, { label }]) => ({ value, label }))}
          value={filters.status}
        />
      </FilterBar>
      <Panel flush>
        {deliveries.length > 0 ? (
          <ol aria-label="Deliveries" className="divide-y">
            {deliveries.map((delivery) => (
              <DeliveryItem
                key={delivery.id}
                base={base}
                tenantId={tenantId}
                delivery={delivery}
                mayChange={mayChange}
              />
            ))}
          </ol>
        ) : isFiltered || isContinued ? (
          <EmptyState
            icon={SearchX}
            title="Nothing matches"
            action={<ButtonLink to={path}>Show all</ButtonLink>}
          />
        ) : (
          <EmptyState icon={Send} title="Nothing was told yet" className="!py-10">
            Each telling appears here with its attempts, as does a test.
          </EmptyState>
        )}
        {(isContinued || nextCursor !== null) && (
          <div className="flex gap-2 border-t px-4 py-2.5 sm:px-5">
            {isContinued && (
              <ButtonLink to={hrefOf(path, filters, null)} size="sm">
                Newest
              </ButtonLink>
            )}
            {nextCursor !== null && (
              <ButtonLink to={hrefOf(path, filters, nextCursor)} size="sm">
                Older
              </ButtonLink>
            )}
          </div>
        )}
      </Panel>
    </section>
  );
}

function hrefOf(path: string, filters: DeliveriesPanelProps["filters"], cursor: string | null): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filters, cursor }))
    if (value !== undefined && value !== null) query.set(name, value);
  return `${path}?${query}`;
}

function DeliveryItem({
  base,
  tenantId,
  delivery,
  mayChange,
}: Pick<DeliveriesPanelProps, "base" | "tenantId" | "mayChange"> & { delivery: DeliveryView }) {
  const { channelName, channelKind, reason, alertId, title, createdAt } = delivery;
  return (
    <li className="px-4 py-3 text-sm sm:px-5">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="min-w-0 [overflow-wrap:anywhere]">
          <span className="font-medium">{channelName}</span>{" "}
          <span className="text-ink-muted">
            ({channelWords[channelKind]}) told {reasonWords[reason]}
          </span>
          {alertId !== null && (
            <>
              :{" "}
              <Link
                to={alertHref(base, { id: alertId, tenantId })}
                className="rounded-sm underline decoration-line-strong underline-offset-2 hover:decoration-current"
              >
                {title ?? "The alert"}
              </Link>
            </>
          )}
        </span>
        <RelativeTime at={createdAt} className="tabular text-xs text-ink-muted" />
      </p>
      {/* A test is not told again: another one is sent. */}
      <DeliveryOutcome delivery={delivery} mayRetry={mayChange && reason !== "test"} />
    </li>
  );
}
