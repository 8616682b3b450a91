import { Form, Link, useLocation } from "@remix-run/react";
import {
  Building2,
  Check,
  ChevronsUpDown,
  CircleUserRound,
  Gauge,
  Keyboard,
  LogOut,
  MonitorSmartphone,
  Server,
} from "lucide-react";
import { useEffect, useRef } from "react";
import { roleNames } from "#app/domain/auth/scopes.ts";
import { accountPath, sessionsPath } from "../account/account-paths.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { cx } from "../primitives/cx.ts";
import { popover, popoverClose, popoverTarget } from "./popover.ts";
import { isOnPlatform, mayAdminister } from "./sections.ts";
import { ThemeSwitch } from "./theme-switch.tsx";
import type { Viewer } from "./viewer.ts";

interface UserMenuProps {
  viewer: Viewer;
  inDrawer?: boolean;
  onShortcuts?: () => void;
}

const menuId = "user-menu";

/** The person, their organisations, the theme and the way out. In the drawer it is laid open, elsewhere it is a popover. */
export function UserMenu({ viewer, inDrawer = false, onShortcuts }: UserMenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  const { key } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a navigation is what closes the menu
  useEffect(() => {
    if (menu.current?.matches(":popover-open")) menu.current.hidePopover();
  }, [key]);
  const person = (
    <>
      <Avatar name={viewer.name} round />
      <span className="min-w-0 flex-1 text-left leading-tight">
        <span className="block truncate text-sm font-medium">{viewer.name}</span>
        <span className="block text-xs text-ink-muted">{roleNames[viewer.role]}</span>
      </span>
    </>
  );
  if (inDrawer) {
    return (
      <div className="border-t pt-3">
        <div className="flex items-center gap-2.5 px-2.5 pb-2">{person}</div>
        <MenuItems viewer={viewer} inDrawer />
      </div>
    );
  }
  return (
    <>
      <button
        type="button"
        className="flex w-full items-center gap-2.5 rounded-lg p-1.5 transition-colors hover:bg-hover"
        {...popoverTarget(menuId)}
      >
        {person}
        <ChevronsUpDown aria-hidden="true" className="size-4 text-ink-faint" />
      </button>
      <div
        ref={menu}
        id={menuId}
        {...popover}
        className="fixed inset-auto bottom-16 left-2.5 m-0 w-[13.25rem] rounded-lg border-0 bg-surface p-1.5 shadow-overlay [&:popover-open]:animate-rise"
      >
        <MenuItems viewer={viewer} onShortcuts={onShortcuts} />
      </div>
    </>
  );
}

function MenuItems({
  viewer,
  inDrawer = false,
  onShortcuts,
}: {
  viewer: Viewer;
  inDrawer?: boolean;
  onShortcuts?: (() => void) | undefined;
}) {
  const item = cx(
    "flex w-full items-center gap-2.5 rounded px-2 text-sm text-ink-muted transition-colors hover:bg-hover hover:text-ink",
    inDrawer ? "h-11" : "h-8",
  );
  return (
    <>
      <div className="flex items-center justify-between gap-2 px-2 py-1.5">
        <span className="text-sm text-ink-muted">Theme</span>
        <ThemeSwitch />
      </div>
      {viewer.tenants.length > 1 && <TenantSwitch tenants={viewer.tenants} item={item} />}
      <div className="mt-1 border-t pt-1">
        <Link to={accountPath} className={item}>
          <CircleUserRound aria-hidden="true" className="size-4" />
          Your account
        </Link>
        <Link to={sessionsPath} className={item}>
          <MonitorSmartphone aria-hidden="true" className="size-4" />
          Your sessions
        </Link>
        {mayAdminister(viewer.scopes) && <PlatformLink viewer={viewer} item={item} />}
      </div>
      {onShortcuts && (
        <div className="needs-script mt-1 border-t pt-1">
          <button type="button" className={item} onClick={onShortcuts} {...popoverClose(menuId)}>
            <Keyboard aria-hidden="true" className="size-4" />
            Keyboard shortcuts
          </button>
        </div>
      )}
      <Form method="post" action="/sign-out" className="mt-1 border-t pt-1">
        <button type="submit" className={item}>
          <LogOut aria-hidden="true" className="size-4" />
          Sign out
        </button>
      </Form>
    </>
  );
}

/** To the service's administration, and back from there. */
function PlatformLink({ viewer, item }: { viewer: Viewer; item: string }) {
  const { pathname } = useLocation();
  const isThere = isOnPlatform(pathname, viewer.scopes);
  const Icon = isThere ? Gauge : Server;
  return (
    <Link to={isThere ? "/dashboard" : "/admin"} className={item}>
      <Icon aria-hidden="true" className="size-4 shrink-0" />
      <span className="truncate">{isThere ? `Dashboard of ${viewer.tenantName}` : "Platform"}</span>
    </Link>
  );
}

/** The person's organisations; with a new document, since nothing of the page holds in another. */
function TenantSwitch({ tenants, item }: { tenants: Viewer["tenants"]; item: string }) {
  return (
    <Form
      method="post"
      action="/switch-tenant"
      reloadDocument
      aria-label="Organisations"
      className="scroll-quiet mt-1 max-h-48 overflow-y-auto border-t pt-1"
    >
      {tenants.map(({ id, name, isCurrent }) =>
        isCurrent ? (
          <p key={id} aria-current="true" className={cx(item, "!text-ink")}>
            <Check aria-hidden="true" className="size-4 shrink-0" />
            <span className="truncate font-medium">{name}</span>
          </p>
        ) : (
          <button key={id} type="submit" name="tenantId" value={id} className={item}>
            <Building2 aria-hidden="true" className="size-4 shrink-0" />
            <span className="truncate">
              <span className="sr-only">Switch to </span>
              {name}
            </span>
          </button>
        ),
      )}
    </Form>
  );
}
