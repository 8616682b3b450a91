import { useFetcher, useNavigate, useSearchParams } from "@remix-run/react";
import { MailCheck, RotateCcw, SearchX } from "lucide-react";
import { trafficTopic } from "#app/domain/live/schema.ts";
import type { DeadLetterList } from "#app/domain/messaging/dead-letter-schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { ConnectionState } from "../live/connection-state.tsx";
import { useLive } from "../live/use-live.ts";
import { useRevalidateOnChange } from "../live/use-revalidate-on-change.ts";
import { MessageDrawer } from "../message-log/message-drawer.tsx";
import { MessagesTabs } from "../message-log/messages-tabs.tsx";
import { OutcomeNotice } from "../outcome-notice.tsx";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSelect } from "../primitives/filter-bar.tsx";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { useSelection } from "../use-selection.ts";
import { DeadLetterTable } from "./dead-letter-table.tsx";
import { deathCauses } from "./dead-letter-words.ts";
import { type DeadLetterFilters, deadLettersHref } from "./dead-letters-href.ts";

interface Recipient {
  id: string;
  name: string;
}

interface DeadLettersPageProps {
  list: DeadLetterList;
  filters: DeadLetterFilters;
  cursor: string | undefined;
  recipients: Recipient[];
  /** The message that the URL names, when the server found it. */
  message: MessageView | null;
  mayReplay: boolean;
  /** What came of a form that was sent without JavaScript. */
  answer: unknown;
}

const formId = "dead-letters";

/** What was given up, and the way back into its mailbox. */
export function DeadLettersPage(props: DeadLettersPageProps) {
  const { list, filters, cursor, recipients, message: loaded, mayReplay, answer } = props;
  const { deadLetters, nextCursor } = list;
  const navigate = useNavigate();
  const [search] = useSearchParams();
  // Opening a message loads nothing, so the URL is ahead of the data.
  const openId = search.get("message") ?? undefined;
  const listed = deadLetters.map(({ message }) => message);
  const open = [...listed, ...(loaded ? [loaded] : [])].find(({ id }) => id === openId);
  const selection = useSelection(listed.map(({ id }) => id));
  const live = useLive({ topics: [trafficTopic] });
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);

  const here = { ...filters, cursor };
  const recipient = recipients.find(({ id }) => id === filters.to);
  const isHeld = selection.selected > 0 || openId !== undefined || cursor !== undefined;
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      {!isHeld && <KeepFresh />}
      <PageHeader
        title="Dead letters"
        description="Messages that were given up: handed out too often without an ack, or pushed in vain. Replayed, they wait in their mailbox again, each in its old place."
        actions={<ConnectionState live={live} />}
      />
      <MessagesTabs here="dead" />
      <OutcomeNotice answer={answer} />
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Filters filters={filters} recipients={recipients} />
        {mayReplay && deadLetters.length > 0 && (
          <div className="flex flex-wrap items-center gap-2 max-sm:w-full">
            {recipient && <ReplayAll recipient={recipient} />}
            <Button
              type="submit"
              form={formId}
              variant="primary"
              icon={<RotateCcw className="size-4" />}
              busy={fetcher.state !== "idle"}
              disabled={selection.isReady && selection.selected === 0}
              className="max-sm:flex-1"
            >
              Replay selected
              {selection.selected > 0 && <span className="tabular">({formatCount(selection.selected)})</span>}
            </Button>
          </div>
        )}
      </div>
      <Panel flush className="mt-4">
        {deadLetters.length === 0 ? (
          <NoDeadLetters isFiltered={hasFilters(filters) || cursor !== undefined} />
        ) : (
          <fetcher.Form method="post" id={formId}>
            <input type="hidden" name="intent" value="replay" />
            <DeadLetterTable
              deadLetters={deadLetters}
              openId={openId}
              hrefOf={(id) => deadLettersHref({ ...here, message: id })}
              selection={mayReplay ? selection : undefined}
            />
          </fetcher.Form>
        )}
      </Panel>
      <Turner filters={filters} isFirst={cursor === undefined} nextCursor={nextCursor} />
      <MessageDrawer
        isOpen={openId !== undefined}
        message={open}
        onClose={() => navigate(deadLettersHref(here), { preventScrollReset: true })}
        hrefOf={(id) => deadLettersHref({ ...here, message: id })}
        actions={mayReplay && open?.handling === "dead" && <ReplayOne message={open} />}
      />
    </div>
  );
}

/** Loads the list again when something has changed, while nobody is at work on it. */
function KeepFresh() {
  useRevalidateOnChange({ topics: [trafficTopic], minIntervalMs: 4_000 });
  return null;
}

const hasFilters = ({ to, cause }: DeadLetterFilters): boolean => to !== undefined || cause !== undefined;

/** On a phone both in a row. */
const width = "basis-[calc(50%-0.25rem)] grow sm:grow-0 sm:basis-auto";

function Filters({ filters, recipients }: { filters: DeadLetterFilters; recipients: Recipient[] }) {
  return (
    <FilterBar
      label="Filter dead letters"
      clearHref={hasFilters(filters) ? deadLettersHref() : undefined}
      className="max-sm:w-full"
    >
      <FilterSelect
        name="to"
        label="To"
        any="To anyone"
        options={recipients.map(({ id, name }) => ({ value: id, label: name }))}
        value={filters.to}
        className={`${width} sm:max-w-44`}
      />
      <FilterSelect
        name="cause"
        label="Why"
        any="Any reason"
        options={Object.entries(deathCauses).map(([value, { label }]) => ({ value, label }))}
        value={filters.cause}
        className={width}
      />
    </FilterBar>
  );
}

function ReplayAll({ recipient }: { recipient: Recipient }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "replay-all", recipientId: recipient.id }}
      title={`Replay all for ${recipient.name}?`}
      consequence="Every dead letter of this mailbox is handed out or pushed again, whatever is shown here."
      confirmLabel="Replay all"
      danger={false}
    >
      <span className="max-w-48 truncate">Replay all for {recipient.name}</span>
    </ConfirmButton>
  );
}

function ReplayOne({ message }: { message: MessageView }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <fetcher.Form method="post">
      <input type="hidden" name="intent" value="replay" />
      <input type="hidden" name="messageIds" value={message.id} />
      <Button
        type="submit"
        variant="primary"
        icon={<RotateCcw className="size-4" />}
        busy={fetcher.state !== "idle"}
      >
        Replay
      </Button>
    </fetcher.Form>
  );
}

function NoDeadLetters({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered)
    return (
      <EmptyState
        icon={SearchX}
        title="Nothing matches"
        action={
          <ButtonLink to={deadLettersHref()} size="sm">
            All dead letters
          </ButtonLink>
        }
      >
        No dead letter fits these filters.
      </EmptyState>
    );
  return (
    <EmptyState icon={MailCheck} title="No dead letters">
      A message ends up here when it was handed out five times without an ack, or when its endpoint would not
      take it.
    </EmptyState>
  );
}

interface TurnerProps {
  filters: DeadLetterFilters;
  isFirst: boolean;
  nextCursor: string | null;
}

/** The way to what is older, and back to the newest. */
function Turner({ filters, isFirst, nextCursor }: TurnerProps) {
  if (isFirst && nextCursor === null) return null;
  return (
    <nav aria-label="Pages" className="mt-3 flex justify-end gap-2 px-1">
      {!isFirst && (
        <ButtonLink to={deadLettersHref(filters)} size="sm" variant="ghost">
          Newest
        </ButtonLink>
      )}
      {nextCursor !== null && (
        <ButtonLink to={deadLettersHref({ ...filters, cursor: nextCursor })} size="sm">
          Older
        </ButtonLink>
      )}
    </nav>
  );
}
