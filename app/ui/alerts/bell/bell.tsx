import { useLocation } from "@remix-run/react";
import { BellRing, Bell as BellShape } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { mostUnread } from "#app/domain/alerts/alert-list-schema.ts";
import { Button } from "../../primitives/button.tsx";
import { popover, popoverTarget } from "../../shell/popover.ts";
import type { Viewer } from "../../shell/viewer.ts";
import { bellButtonId, bellPanelId } from "./bell-ids.ts";
import { BellPanel } from "./bell-panel.tsx";
import { useBell } from "./use-bell.ts";

/** The bell at the top of every page: how many alerts are unread, and behind it the newest ones. */
export function Bell({ viewer }: { viewer: Viewer }) {
  const bell = useBell();
  const panel = useRef<HTMLDivElement>(null);
  const [isWanted, setWanted] = useState(false);
  const { key } = useLocation();
  const { unread, news, onOpen, onClose } = bell;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a navigation is what closes it
  useEffect(() => {
    if (panel.current?.matches(":popover-open")) panel.current.hidePopover();
  }, [key]);

  // React 18 does not know the event of popovers.
  useEffect(() => {
    const element = panel.current;
    if (element === null) return;
    const onToggle = (): void => {
      if (!element.matches(":popover-open")) {
        onClose();
        return;
      }
      setWanted(true);
      onOpen();
      // Within it, Escape gives the focus back to where it was.
      element.focus();
    };
    element.addEventListener("toggle", onToggle);
    return () => element.removeEventListener("toggle", onToggle);
  }, [onOpen, onClose]);

  const Shape = unread > 0 ? BellRing : BellShape;
  return (
    <>
      <Button
        id={bellButtonId}
        variant="ghost"
        size="icon"
        className="needs-script relative lg:!size-7"
        aria-label={unread === 0 ? "Alerts" : `Alerts, ${countInWords(unread)} unread`}
        aria-keyshortcuts="B"
        title="Alerts (B)"
        icon={<Shape aria-hidden="true" className="size-5 lg:size-4" strokeWidth={1.85} />}
        {...popoverTarget(bellPanelId)}
      >
        {unread > 0 && (
          <span
            aria-hidden="true"
            className="tabular absolute right-0 top-0 min-w-4 rounded-full bg-bad px-1 text-center text-[0.625rem] font-semibold leading-4 text-bad-on lg:-right-1.5 lg:-top-1"
          >
            {unread > mostUnread ? `${mostUnread}+` : unread}
          </span>
        )}
      </Button>
      <p role="status" aria-live="polite" className="sr-only">
        {news}
      </p>
      <div
        ref={panel}
        id={bellPanelId}
        {...popover}
        role="dialog"
        aria-label="Alerts"
        tabIndex={-1}
        className="fixed inset-auto right-2 top-[3.25rem] m-0 max-h-[min(38rem,calc(100dvh-4.5rem))] w-[26rem] max-w-[calc(100vw-1rem)] flex-col overflow-hidden rounded-lg border-0 bg-surface p-0 text-ink shadow-overlay outline-none focus-visible:outline-none lg:right-4 lg:top-11 [&:popover-open]:flex [&:popover-open]:animate-rise"
      >
        {isWanted && <BellPanel viewer={viewer} bell={bell} />}
      </div>
    </>
  );
}

const countInWords = (unread: number): string =>
  unread > mostUnread ? `over ${mostUnread}` : String(unread);
