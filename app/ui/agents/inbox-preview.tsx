import { Link } from "@remix-run/react";
import { Inbox } from "lucide-react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import type { MessageView } from "#app/domain/messaging/schema.ts";
import { hasBadges, MessageBadges, TypeTile } from "../messages/message-badges.tsx";
import { messageTypes, summaryOf } from "../messages/message-words.ts";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { agentInboxPath, agentMessagePath } from "./agent-words.ts";

interface InboxPreviewProps {
  agent: Pick<AgentView, "id">;
  /** The newest of its inbox, newest first. */
  messages: MessageView[];
}

/** The last messages that reached an agent, each leading to its place in the inbox. */
export function InboxPreview({ agent, messages }: InboxPreviewProps) {
  return (
    <Panel
      title="Inbox"
      flush
      actions={
        messages.length > 0 && (
          <ButtonLink to={agentInboxPath(agent.id)} size="sm">
            See all
          </ButtonLink>
        )
      }
    >
      {messages.length === 0 ? (
        <EmptyState icon={Inbox} title="Nothing received" className="!py-8">
          What others send to this agent shows here.
        </EmptyState>
      ) : (
        <ol aria-label="Latest messages" className="divide-y">
          {messages.map((message) => (
            <li key={message.id}>
              <Link
                to={agentMessagePath(agent.id, message.id)}
                prefetch="intent"
                className="flex gap-3 px-4 py-3 transition-colors [outline-offset:-2px] hover:bg-hover sm:px-5"
              >
                <TypeTile message={message} className="!size-7" />
                <span className="min-w-0 flex-1">
                  <span className="flex items-baseline justify-between gap-3">
                    <span className="truncate text-sm font-medium">{message.sender.name}</span>
                    <RelativeTime
                      at={message.createdAt}
                      className="tabular shrink-0 text-xs text-ink-muted"
                    />
                  </span>
                  <span className="line-clamp-2 text-sm text-ink-muted [overflow-wrap:anywhere]">
                    <span className="sr-only">{messageTypes[message.type].label}: </span>
                    {summaryOf(message)}
                  </span>
                  {hasBadges(message) && (
                    <span className="mt-1 flex flex-wrap gap-1">
                      <MessageBadges message={message} />
                    </span>
                  )}
                </span>
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
