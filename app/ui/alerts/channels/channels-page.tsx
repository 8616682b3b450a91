import { useFetcher } from "@remix-run/react";
import { Plus, RadioTower } from "lucide-react";
import { useState } from "react";
import type { ChannelKind } from "#app/domain/alerts/channels/channel-schema.ts";
import { OutcomeNotice } from "../../outcome-notice.tsx";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { Menu, menuItem } from "../../primitives/menu.tsx";
import { PageHeader } from "../../primitives/page-header.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { useOutcomeToast } from "../../use-outcome-toast.ts";
import { AlertsTabs } from "../alerts-tabs.tsx";
import { channelWords } from "../timeline-words.ts";
import { ChannelCard } from "./channel-card.tsx";
import { ChannelDrawer, type OpenChannel } from "./channel-drawer.tsx";
import { channelHints, channelIcons, channelSecretIn, offeredKinds } from "./channel-words.ts";
import { DeliveriesPanel, type DeliveriesPanelProps } from "./deliveries-panel.tsx";

interface ChannelsPageProps extends DeliveriesPanelProps {
  /** What came of a form that was sent without JavaScript. */
  answer: unknown;
}

/** Where alerts are told beside the bell, how that goes, and the change of it. */
export function ChannelsPage(props: ChannelsPageProps) {
  const { base, channels, mayChange, answer } = props;
  const [open, setOpen] = useState<OpenChannel>();
  const [made, setMade] = useState<unknown>();
  const secret = channelSecretIn(made ?? answer);
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title="Channels"
        description={
          base === "/dashboard/alerts"
            ? "Where alerts are told, beside the bell. What an agent or a person did is told within seconds."
            : "Where the service’s own alerts are told. Organisations have channels of their own."
        }
        actions={mayChange && channels.length > 0 && <AddMenu onChoose={setOpen} />}
      />
      <AlertsTabs base={base} here="channels" />
      <OutcomeNotice answer={answer} />
      {channels.length === 0 ? (
        <Panel flush>
          <NoChannels mayChange={mayChange} onChoose={setOpen} />
        </Panel>
      ) : (
        <ul aria-label="Channels" className="grid gap-4 lg:grid-cols-2">
          {channels.map((channel) => (
            <ChannelCard
              key={channel.id}
              channel={channel}
              mayChange={mayChange}
              secret={secret?.channelId === channel.id ? secret.secret : undefined}
              onEdit={() => setOpen({ kind: channel.kind, channel })}
              answer={answer}
            />
          ))}
        </ul>
      )}
      <DeliveriesPanel {...props} />
      <ChannelDrawer open={open} onClose={() => setOpen(undefined)} onAnswer={setMade} />
    </div>
  );
}

interface ChooseProps {
  onChoose: (open: OpenChannel) => void;
}

function AddMenu({ onChoose }: ChooseProps) {
  return (
    <div className="needs-script">
      <Menu label="Add a channel" icon={<Plus className="size-4" />} className="w-72">
        {(close) =>
          offeredKinds.map((kind) => (
            <li key={kind}>
              <KindButton
                kind={kind}
                onClick={() => {
                  close();
                  onChoose({ kind, channel: undefined });
                }}
              />
            </li>
          ))
        }
      </Menu>
    </div>
  );
}

function KindButton({ kind, onClick }: { kind: ChannelKind; onClick: () => void }) {
  const Icon = channelIcons[kind];
  return (
    <button type="button" className={menuItem} onClick={onClick}>
      <Icon aria-hidden="true" className="size-4 shrink-0 self-center text-ink-muted" strokeWidth={1.85} />
      <span className="min-w-0">
        {channelWords[kind]}
        <span className="block text-xs text-ink-muted">{channelHints[kind]}</span>
      </span>
    </button>
  );
}

/** One click tells somebody: the admins have addresses already. */
function NoChannels({ mayChange, onChoose }: ChooseProps & { mayChange: boolean }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  return (
    <EmptyState
      icon={RadioTower}
      title="Nobody is told beside the bell"
      action={
        mayChange && (
          <div className="flex flex-wrap justify-center gap-2">
            <fetcher.Form method="post">
              <input type="hidden" name="intent" value="mail-admins" />
              <Button type="submit" variant="primary" busy={fetcher.state !== "idle"}>
                Mail the admins
              </Button>
            </fetcher.Form>
            <AddMenu onChoose={onChoose} />
          </div>
        )
      }
    >
      Who does not look here hears of nothing. Add a channel: mail, a webhook, Slack or PagerDuty.
    </EmptyState>
  );
}
