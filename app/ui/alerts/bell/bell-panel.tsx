import { Link } from "@remix-run/react";
import { BellOff, Check, CheckCheck, CloudOff, Settings2 } from "lucide-react";
import { Button, ButtonLink } from "../../primitives/button.tsx";
import { cx } from "../../primitives/cx.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { RelativeTime } from "../../primitives/relative-time.tsx";
import { Skeleton } from "../../primitives/skeleton.tsx";
import type { Viewer } from "../../shell/viewer.ts";
import { SeverityTile } from "../alert-marks.tsx";
import { type AlertsBase, alertHref, dashboardAlerts } from "../alerts-href.ts";
import { bellPreferencesPath } from "./bell-ids.ts";
import type { BellAlert, BellState } from "./use-bell.ts";

/** What is behind the bell: the newest alerts, and how to be done with them. */
export function BellPanel({ viewer, bell }: { viewer: Viewer; bell: BellState }) {
  const { alerts, unread, markRead } = bell;
  const own = viewer.tenants.find(({ isCurrent }) => isCurrent)?.id;
  return (
    <>
      <header className="flex min-h-12 shrink-0 items-center gap-1 border-b px-4 py-1.5">
        <h2 className="flex-1 text-base font-semibold">Alerts</h2>
        {unread > 0 && (
          <Button
            variant="ghost"
            size="sm"
            icon={<CheckCheck className="size-4" />}
            onClick={() => markRead()}
          >
            Mark all as read
          </Button>
        )}
        <ButtonLink
          to={bellPreferencesPath}
          variant="ghost"
          size="icon-sm"
          className="-mr-1.5"
          aria-label="What your bell shows"
          title="What your bell shows"
          icon={<Settings2 className="size-4" />}
        />
      </header>
      <div className="scroll-quiet min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <List bell={bell}>
          {alerts?.map((alert) => (
            <Item
              key={alert.id}
              alert={alert}
              base={own === undefined || alert.tenantId === own ? dashboardAlerts : "/admin/alerts"}
              onRead={() => markRead(alert.id)}
            />
          ))}
        </List>
      </div>
      <footer className="shrink-0 border-t bg-canvas px-4 py-2 text-center">
        <Link
          to={dashboardAlerts}
          className="inline-flex min-h-8 items-center rounded-sm px-2 text-sm font-medium text-accent-ink hover:underline"
        >
          See all alerts
        </Link>
      </footer>
    </>
  );
}

function List({ bell: { alerts, hasFailed }, children }: { bell: BellState; children: React.ReactNode }) {
  if (alerts === undefined && hasFailed)
    return (
      <EmptyState icon={CloudOff} title="Alerts could not be loaded" className="!py-10">
        They are loaded again when something happens, or when you open this once more.
      </EmptyState>
    );
  if (alerts === undefined)
    return (
      <div role="status" aria-label="Loading" className="space-y-4 p-4">
        {["a", "b", "c"].map((one) => (
          <Skeleton key={one} className="h-9" />
        ))}
      </div>
    );
  if (alerts.length === 0)
    return (
      <EmptyState icon={BellOff} title="Nothing rings" className="!py-10">
        An alert that opens, and that you have not muted, appears here within seconds.
      </EmptyState>
    );
  return (
    <ul aria-label="Newest alerts" className="divide-y">
      {children}
    </ul>
  );
}

interface ItemProps {
  alert: BellAlert;
  base: AlertsBase;
  onRead: () => void;
}

function Item({ alert, base, onRead }: ItemProps) {
  const { title, isUnread, status, tenantName } = alert;
  return (
    <li className="relative flex items-start gap-3 px-4 py-3 transition-colors hover:bg-hover">
      <SeverityTile alert={alert} className="!size-7" />
      <div className="min-w-0 flex-1">
        <Link
          to={alertHref(base, alert)}
          onClick={isUnread ? onRead : undefined}
          className={cx(
            "line-clamp-2 text-sm [overflow-wrap:anywhere] after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent",
            isUnread ? "font-medium text-ink" : "text-ink-muted",
          )}
        >
          {title}
        </Link>
        <p className="mt-0.5 text-xs text-ink-muted">
          {tenantName !== undefined && `${tenantName} · `}
          <RelativeTime at={alert.toldAt ?? alert.lastAt} /> ·{" "}
          {status === "acknowledged" ? "Acknowledged" : "Open"}
          {base !== dashboardAlerts && " · Of the service"}
        </p>
      </div>
      {isUnread && (
        <>
          <span aria-hidden="true" className="mt-1.5 size-2 shrink-0 rounded-full bg-accent" />
          <Button
            variant="ghost"
            size="icon-sm"
            className="relative z-10 -my-1 -mr-1.5"
            aria-label={`Mark as read: ${title}`}
            title="Mark as read"
            onClick={onRead}
            icon={<Check className="size-4" />}
          />
        </>
      )}
    </li>
  );
}
