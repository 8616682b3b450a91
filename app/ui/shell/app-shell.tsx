import { NavLink, useLocation } from "@remix-run/react";
import { Menu, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { cx } from "../primitives/cx.ts";
import { Mark } from "../primitives/mark.tsx";
import { popover, popoverClose, popoverTarget } from "./popover.ts";
import { sections } from "./sections.ts";
import { UserMenu, type Viewer } from "./user-menu.tsx";

interface AppShellProps {
  viewer: Viewer;
  children: ReactNode;
}

const drawerId = "navigation";

/** Sidebar on wide screens, a top bar with a drawer on narrow ones, and the page beside it. */
export function AppShell({ viewer, children }: AppShellProps) {
  return (
    <div className="lg:grid lg:min-h-dvh lg:grid-cols-[14.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed left-3 top-3 z-50 -translate-y-20 rounded bg-ink px-3 py-2 text-sm font-medium text-surface focus:translate-y-0"
      >
        Skip to content
      </a>
      <TopBar viewer={viewer} />
      <aside className="sticky top-0 hidden h-dvh flex-col border-r bg-canvas lg:flex">
        <Brand tenantName={viewer.tenantName} className="px-4 pb-3 pt-4" />
        <SectionLinks label="Main" className="flex-1 px-2.5 py-2" />
        <div className="p-2.5">
          <UserMenu viewer={viewer} />
        </div>
      </aside>
      <main id="main" tabIndex={-1} className="min-w-0 outline-none">
        {children}
      </main>
    </div>
  );
}

function Brand({ tenantName, className }: { tenantName: string; className?: string }) {
  return (
    <div className={cx("flex min-w-0 items-center gap-2.5", className)}>
      <Mark className="size-7 shrink-0" />
      <div className="min-w-0 leading-tight">
        <p className="truncate text-sm font-semibold">{tenantName}</p>
        <p className="text-xs text-ink-muted">Signalbox</p>
      </div>
    </div>
  );
}

function SectionLinks({ label, className }: { label: string; className?: string }) {
  return (
    <nav aria-label={label} className={className}>
      <ul className="space-y-0.5">
        {sections.map(({ to, label: name, icon: Icon }) => (
          <li key={to}>
            <NavLink
              to={to}
              prefetch="intent"
              className={({ isActive }) =>
                cx(
                  "flex h-11 items-center gap-2.5 rounded px-2.5 text-base font-medium transition-colors lg:h-8 lg:text-sm",
                  isActive
                    ? "bg-surface text-ink shadow-control ring-1 ring-line dark:bg-hover"
                    : "text-ink-muted hover:bg-hover hover:text-ink",
                )
              }
            >
              <Icon aria-hidden="true" className="size-[1.125rem] lg:size-4" strokeWidth={1.85} />
              {name}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function TopBar({ viewer }: { viewer: Viewer }) {
  const drawer = useRef<HTMLDivElement>(null);
  const { key } = useLocation();

  // By the key and not the path: a tap on the section one is in closes it too.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a navigation is what closes the drawer
  useEffect(() => {
    if (drawer.current?.matches(":popover-open")) drawer.current.hidePopover();
  }, [key]);

  const iconButton =
    "grid size-10 place-items-center rounded text-ink-muted transition-colors hover:bg-hover hover:text-ink";
  return (
    <header className="sticky top-0 z-30 flex h-14 items-center gap-1 border-b bg-canvas px-2 lg:hidden">
      <button type="button" aria-label="Open navigation" className={iconButton} {...popoverTarget(drawerId)}>
        <Menu aria-hidden="true" className="size-5" />
      </button>
      <Brand tenantName={viewer.tenantName} />
      <div
        ref={drawer}
        id={drawerId}
        {...popover}
        className="drawer fixed inset-y-0 left-0 right-auto m-0 h-dvh max-h-none w-72 max-w-[85vw] flex-col border-0 bg-canvas p-0 shadow-overlay [&:popover-open]:flex [&:popover-open]:animate-slide-in"
      >
        <div className="flex items-center justify-between gap-2 px-4 pb-2 pt-3">
          <Brand tenantName={viewer.tenantName} />
          <button
            type="button"
            aria-label="Close navigation"
            className={iconButton}
            {...popoverClose(drawerId)}
          >
            <X aria-hidden="true" className="size-5" />
          </button>
        </div>
        <SectionLinks label="Main" className="flex-1 px-2.5 py-2" />
        <div className="p-2.5">
          <UserMenu viewer={viewer} inDrawer />
        </div>
      </div>
    </header>
  );
}
