import { useLocation } from "@remix-run/react";
import { Keyboard, Menu, Search, X } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { hasBell } from "../alerts/bell/bell-ids.ts";
import { LazyBell } from "../alerts/bell/lazy-bell.tsx";
import { Button } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { Breadcrumbs } from "./breadcrumbs.tsx";
import { ConfirmEmailNotice } from "./confirm-email-notice.tsx";
import { Brand, SearchButton, SectionLinks } from "./navigation.tsx";
import { type Overlays, useOverlays } from "./overlays.tsx";
import { popover, popoverClose, popoverTarget } from "./popover.ts";
import { RouteAnnouncer } from "./route-announcer.tsx";
import { isOnPlatform } from "./sections.ts";
import { UserMenu } from "./user-menu.tsx";
import { type Viewer, ViewerProvider } from "./viewer.ts";

interface AppShellProps {
  viewer: Viewer;
  children: ReactNode;
}

const drawerId = "navigation";

/**
 * What every page stands in: sections at the side (in a drawer on narrow screens), where one is at
 * the top, and what opens over it all. `--shell-top` and
 * `--shell-notice` are the heights that pages cannot have (`h-page`).
 */
export function AppShell({ viewer, children }: AppShellProps) {
  const overlays = useOverlays(viewer);
  const home = useHomeName(viewer);
  const [isNoticeShown, setNoticeShown] = useState(viewer.emailToConfirm !== undefined);
  const hideNotice = useCallback(() => setNoticeShown(false), []);
  return (
    <div
      className={cx(
        "[--shell-top:3.5rem] lg:grid lg:min-h-dvh lg:grid-cols-[14.5rem_minmax(0,1fr)] lg:[--shell-top:3rem] print:!block",
        isNoticeShown && "[--shell-notice:3.75rem] lg:[--shell-notice:2.75rem]",
      )}
    >
      <a
        href="#main"
        className="fixed left-3 top-3 z-50 -translate-y-20 rounded bg-ink px-3 py-2 text-sm font-medium text-surface focus:translate-y-0"
      >
        Skip to content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r bg-canvas lg:flex print:hidden">
        <Brand tenantName={home} className="h-[--shell-top] px-4" />
        <div className="px-2.5 pb-1 pt-2">
          <SearchButton overlays={overlays} />
        </div>
        <SectionLinks
          viewer={viewer}
          label="Main"
          className="scroll-quiet flex-1 overflow-y-auto px-2.5 py-2"
        />
        <div className="p-2.5">
          <UserMenu viewer={viewer} onShortcuts={() => overlays.open("shortcuts")} />
        </div>
      </aside>
      <div className="min-w-0">
        <TopBar viewer={viewer} overlays={overlays} />
        {isNoticeShown && viewer.emailToConfirm !== undefined && (
          <ConfirmEmailNotice email={viewer.emailToConfirm} onDismiss={hideNotice} />
        )}
        <main id="main" tabIndex={-1} className="min-w-0 outline-none focus-visible:outline-none">
          <ViewerProvider value={viewer}>{children}</ViewerProvider>
        </main>
      </div>
      {overlays.element}
      <RouteAnnouncer />
    </div>
  );
}

/** Whose pages these are: the organisation's, or the service's own. */
function useHomeName({ tenantName, scopes }: Viewer): string {
  return isOnPlatform(useLocation().pathname, scopes) ? "Platform" : tenantName;
}

function TopBar({ viewer, overlays }: { viewer: Viewer; overlays: Overlays }) {
  return (
    <header className="sticky top-0 z-30 flex h-[--shell-top] items-center gap-1 border-b bg-canvas px-2 lg:px-4 print:hidden">
      <Button
        variant="ghost"
        size="icon"
        className="lg:hidden"
        aria-label="Open navigation"
        icon={<Menu className="size-5" />}
        {...popoverTarget(drawerId)}
      />
      <Breadcrumbs className="min-w-0 flex-1" />
      <Button
        variant="ghost"
        size="icon"
        className="needs-script lg:hidden"
        aria-label="Search and commands"
        icon={<Search className="size-5" />}
        onPointerEnter={overlays.prepare}
        onClick={() => overlays.open("palette")}
      />
      {hasBell(viewer) && <LazyBell viewer={viewer} />}
      <Button
        variant="ghost"
        size="icon-sm"
        className="needs-script max-lg:!hidden"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        icon={<Keyboard className="size-4" strokeWidth={1.85} />}
        onClick={() => overlays.open("shortcuts")}
      />
      <NavigationDrawer viewer={viewer} />
    </header>
  );
}

/** The sections on narrow screens: a popover, so it opens without JavaScript too. */
function NavigationDrawer({ viewer }: { viewer: Viewer }) {
  const drawer = useRef<HTMLDivElement>(null);
  const home = useHomeName(viewer);
  const { key } = useLocation();

  // By the key and not the path: a tap on the section one is in closes it too.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a navigation is what closes the drawer
  useEffect(() => {
    if (drawer.current?.matches(":popover-open")) drawer.current.hidePopover();
  }, [key]);

  return (
    <div
      ref={drawer}
      id={drawerId}
      {...popover}
      className={cx(
        "drawer fixed inset-y-0 left-0 right-auto m-0 h-dvh max-h-none w-72 max-w-[85vw] flex-col border-0 bg-canvas p-0",
        "shadow-overlay lg:!hidden [&:popover-open]:flex [&:popover-open]:animate-slide-in",
      )}
    >
      <div className="flex items-center justify-between gap-2 px-4 pb-2 pt-3">
        <Brand tenantName={home} />
        <Button
          variant="ghost"
          size="icon"
          className="-mr-2"
          aria-label="Close navigation"
          icon={<X className="size-5" />}
          {...popoverClose(drawerId)}
        />
      </div>
      <SectionLinks viewer={viewer} label="Main" className="flex-1 px-2.5 py-2" />
      <div className="p-2.5">
        <UserMenu viewer={viewer} inDrawer />
      </div>
    </div>
  );
}
