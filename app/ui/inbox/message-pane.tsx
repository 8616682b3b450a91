import { Link, useRevalidator } from "@remix-run/react";
import { ChevronLeft, MailOpen, SearchX } from "lucide-react";
import { lazy, Suspense, useEffect, useRef } from "react";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { MessageDetail } from "../messages/message-detail.tsx";
import { cx } from "../primitives/cx.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Kbd } from "../primitives/kbd.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { useInBrowser } from "../use-in-browser.ts";

// Below what is read; without it the message can still be read, and answered on the conversation's page.
const ReplyToMessage = lazy(() =>
  import("../compose/reply-to-message.tsx").then(
    (module) => ({ default: module.ReplyToMessage }),
    () => ({ default: () => null }),
  ),
);

interface MessagePaneProps {
  selectedId: string | undefined;
  /** The selected message, once it is known. */
  message: MessageView | undefined;
  maySend: boolean;
  listHref: string;
  listName: string;
  hrefOf: (messageId: string) => string;
  className: string;
}

export function MessagePane({
  selectedId,
  message,
  maySend,
  listHref,
  listName,
  hrefOf,
  className,
}: MessagePaneProps) {
  const inBrowser = useInBrowser();
  return (
    <section
      aria-label="Message"
      className={cx("scroll-quiet h-full min-h-0 overflow-y-auto bg-surface", className)}
    >
      {selectedId !== undefined && (
        <div className="sticky top-0 z-10 flex h-14 items-center border-b bg-surface px-2 lg:hidden">
          <Link
            to={listHref}
            className="flex h-10 min-w-0 items-center gap-1.5 rounded pl-2.5 pr-3 text-base text-ink-muted hover:bg-hover hover:text-ink"
          >
            <ChevronLeft aria-hidden="true" className="size-5 shrink-0" />
            <span className="sr-only">Back to </span>
            <span className="truncate">{listName}</span>
          </Link>
        </div>
      )}
      {selectedId === undefined ? (
        <div className="grid h-full place-items-center">
          <EmptyState icon={MailOpen} title="No message open">
            Pick one from the list. <Kbd>↑</Kbd> and <Kbd>↓</Kbd> move along it.
          </EmptyState>
        </div>
      ) : (
        <div className="max-w-4xl px-4 py-5 sm:px-6 lg:px-8 lg:py-6">
          {message ? (
            <>
              <MessageDetail key={message.id} message={message} hrefOf={hrefOf} />
              {maySend && inBrowser && (
                <Suspense fallback={<div className="mt-6 h-56 border-t" />}>
                  <ReplyToMessage key={`reply-${message.id}`} message={message} />
                </Suspense>
              )}
              {maySend && !inBrowser && <div className="mt-6 h-56 border-t" />}
            </>
          ) : (
            <Missing key={selectedId} />
          )}
        </div>
      )}
    </section>
  );
}

/** The URL names a message that this page does not hold: the server is asked, once. */
function Missing() {
  const { revalidate, state } = useRevalidator();
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    revalidate();
  }, [revalidate]);
  if (state === "loading") {
    return (
      <div aria-busy="true" className="space-y-3">
        <Skeleton className="h-10 w-64" />
        <Skeleton className="h-4 w-full max-w-prose" />
        <Skeleton className="h-4 w-2/3 max-w-prose" />
      </div>
    );
  }
  return (
    <EmptyState icon={SearchX} title="Nothing here">
      This message does not exist, or is not yours to see.
    </EmptyState>
  );
}
