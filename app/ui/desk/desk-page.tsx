import { Link, useNavigation } from "@remix-run/react";
import { ArrowUp, ChevronLeft, CircleCheck, Hand, SearchX, Siren } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { trafficTopic } from "#app/domain/live/schema.ts";
import type {
  EscalationListName,
  EscalationList as EscalationPage,
  EscalationView,
} from "#app/domain/messaging/escalation-schema.ts";
import { ComposeButton } from "../compose/compose-button.tsx";
import { useReading } from "../inbox/use-reading.ts";
import { ConnectionState } from "../live/connection-state.tsx";
import { useRevalidateOnChange } from "../live/use-revalidate-on-change.ts";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { EmptyState } from "../primitives/empty-state.tsx";
import { formatCount } from "../primitives/format.ts";
import { useSteadyList } from "../use-steady-list.ts";
import { deskHref } from "./desk-href.ts";
import { EscalationDetail } from "./escalation-detail.tsx";
import { EscalationList } from "./escalation-list.tsx";

interface DeskPageProps {
  list: EscalationPage;
  show: EscalationListName;
  isFirstPage: boolean;
  /** The escalation that the URL names, and what the server found of it. */
  openId: string | null;
  open: EscalationView | null;
  viewerId: string;
  maySend: boolean;
  /** What came of a form that was posted without JavaScript. */
  answer: unknown;
}

const topics = [trafficTopic];
const idOfEscalation = ({ message }: EscalationView): string => message.id;

/** The operators' desk: what agents cannot decide by themselves, and who sees to it. */
export function DeskPage(props: DeskPageProps) {
  const { show, openId, open, viewerId, maySend, answer } = props;
  return (
    <div className="h-page bg-surface lg:grid lg:grid-cols-[24rem_minmax(0,1fr)]">
      <h1 className="sr-only">Desk</h1>
      <Queue key={show} {...props} className={openId === null ? "flex" : "hidden lg:flex"} />
      <section
        aria-label="Escalation"
        className={cx(
          "scroll-quiet h-full min-h-0 overflow-y-auto bg-surface",
          openId === null ? "hidden lg:block" : "block",
        )}
      >
        {openId !== null && (
          <div className="sticky top-0 z-10 flex h-14 items-center border-b bg-surface px-2 lg:hidden">
            <Link
              to={deskHref({ show })}
              className="flex h-10 min-w-0 items-center gap-1.5 rounded pl-2.5 pr-3 text-base text-ink-muted hover:bg-hover hover:text-ink"
            >
              <ChevronLeft aria-hidden="true" className="size-5 shrink-0" />
              Back to the desk
            </Link>
          </div>
        )}
        {openId === null ? (
          <div className="grid h-full place-items-center">
            <EmptyState icon={Siren} title="Nothing open">
              Pick an escalation from the list.
            </EmptyState>
          </div>
        ) : open === null ? (
          <EmptyState icon={SearchX} title="Nothing here">
            This escalation does not exist, or is not yours to see.
          </EmptyState>
        ) : (
          <div className="max-w-3xl px-4 py-5 sm:px-6 lg:px-8 lg:py-6">
            <EscalationDetail
              key={open.message.id}
              {...{ escalation: open, viewerId, maySend, answer: openId === open.message.id ? answer : null }}
            />
          </div>
        )}
      </section>
    </div>
  );
}

function Queue({
  list,
  show,
  isFirstPage,
  openId,
  open,
  viewerId,
  maySend,
  className,
}: DeskPageProps & { className: string }) {
  const live = useRevalidateOnChange({ topics, minIntervalMs: 1_500 });
  const reading = useReading();
  const isOpened = useOpened(openId);
  const steady = useSteadyList(list.escalations, idOfEscalation, reading.isReading || isOpened);
  const { state, location } = useNavigation();
  const isLeaving =
    state === "loading" &&
    location.pathname === "/dashboard/desk" &&
    (new URLSearchParams(location.search).get("show") ?? "waiting") !== show;
  return (
    <section aria-label="Queue" className={cx("h-full min-h-0 flex-col bg-surface lg:border-r", className)}>
      <header className="flex h-14 shrink-0 items-center gap-2 border-b pl-4 pr-3">
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">Desk</h2>
        <ConnectionState live={live} />
        {maySend && <ComposeButton size="icon-sm" variant="ghost" />}
      </header>
      <Lists show={show} counts={list.counts} />
      <div className="relative min-h-0 flex-1">
        {steady.newCount > 0 && (
          <Button
            variant="primary"
            size="sm"
            icon={<ArrowUp className="size-3.5" />}
            onClick={steady.release}
            className="tabular absolute left-1/2 top-3 z-10 -translate-x-1/2 animate-rise !rounded-full shadow-overlay"
          >
            {formatCount(steady.newCount)} new
          </Button>
        )}
        <div
          aria-busy={isLeaving || undefined}
          className={cx(
            "scroll-quiet h-full overflow-y-auto overscroll-contain transition-opacity",
            isLeaving && "opacity-50",
          )}
          {...reading.handlers}
        >
          {steady.rows.length === 0 ? (
            <NothingHere show={show} isFirstPage={isFirstPage} />
          ) : (
            <EscalationList
              // The open one is known best.
              rows={steady.rows.map((row) =>
                open !== null && row.item.message.id === openId ? { ...row, item: open } : row,
              )}
              openId={openId}
              viewerId={viewerId}
              hrefOf={(id) => deskHref({ show, escalation: id })}
            />
          )}
          {(list.cursor !== null || !isFirstPage) && (
            <nav aria-label="Pages" className="flex justify-center gap-2 border-t py-3">
              {!isFirstPage && (
                <ButtonLink to={deskHref({ show })} size="sm" variant="ghost">
                  From the top
                </ButtonLink>
              )}
              {list.cursor !== null && (
                <ButtonLink to={deskHref({ show, cursor: list.cursor })} size="sm">
                  More
                </ButtonLink>
              )}
            </nav>
          )}
        </div>
      </div>
    </section>
  );
}

/** Whether one was opened from the list as it stands: then it stays, so that one can go on from it. */
function useOpened(openId: string | null): boolean {
  const [isReady, setIsReady] = useState(false);
  useEffect(() => setIsReady(true), []);
  return isReady && openId !== null;
}

function Lists({ show, counts }: { show: EscalationListName; counts: EscalationPage["counts"] }) {
  const { open, taken, mine, isExact } = counts;
  const waiting = `${formatCount(open + taken)}${isExact ? "" : "+"}`;
  const lists: { name: EscalationListName; label: ReactNode; count?: string }[] = [
    { name: "waiting", label: "Waiting", count: waiting },
    { name: "mine", label: "Mine", count: formatCount(mine) },
    { name: "closed", label: "Closed" },
  ];
  return (
    <nav aria-label="Lists" className="flex shrink-0 items-center border-b bg-canvas px-3 py-2 sm:px-4">
      <ul className="flex gap-0.5 rounded bg-sunken p-0.5">
        {lists.map(({ name, label, count }) => (
          <li key={name}>
            <Link
              to={deskHref({ show: name })}
              preventScrollReset
              aria-current={name === show ? "page" : undefined}
              className={cx(
                "flex h-9 items-center gap-1.5 rounded-sm px-3 text-sm font-medium transition-colors sm:h-7",
                name === show
                  ? "bg-surface text-ink shadow-control dark:bg-line"
                  : "text-ink-muted hover:text-ink",
              )}
            >
              {label}
              {count !== undefined && <span className="tabular text-xs text-ink-muted">{count}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function NothingHere({ show, isFirstPage }: { show: EscalationListName; isFirstPage: boolean }) {
  if (!isFirstPage)
    return (
      <EmptyState icon={SearchX} title="No more">
        What was here has been dealt with.
      </EmptyState>
    );
  if (show === "waiting")
    return (
      <EmptyState icon={CircleCheck} title="Nothing waits">
        What agents escalate to your operators shows here at once.
      </EmptyState>
    );
  return show === "mine" ? (
    <EmptyState icon={Hand} title="You have taken none">
      One that you take from those waiting is yours to resolve.
    </EmptyState>
  ) : (
    <EmptyState icon={CircleCheck} title="None closed yet">
      Resolved escalations are kept here, with what came of them.
    </EmptyState>
  );
}
