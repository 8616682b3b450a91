import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { ButtonLink } from "../primitives/button.tsx";
import { cx } from "../primitives/cx.ts";
import { Panel } from "../primitives/panel.tsx";

/** What an overview without any traffic is for: the way to the first message. */
export function GettingStarted({ agentCount, mayWrite }: { agentCount: number; mayWrite: boolean }) {
  const hasAgents = agentCount > 0;
  return (
    <Panel
      title="No agent has sent anything yet"
      description="Traffic, refusals and escalations show here from the first message on."
    >
      <ol className="grid gap-x-8 gap-y-6 lg:grid-cols-3">
        <Step
          number={1}
          isDone={hasAgents}
          title="Create the agents"
          action={
            mayWrite && !hasAgents ? (
              <ButtonLink to="/dashboard/agents/new" variant="primary">
                New agent
              </ButtonLink>
            ) : null
          }
        >
          Each gets a mailbox of its own. Two are enough for a conversation.
        </Step>
        <Step
          number={2}
          title="Give each a key, and say whom it may send to"
          action={hasAgents ? <ButtonLink to="/dashboard/agents">Open agents</ButtonLink> : null}
        >
          Keys and allowlists are on an agent’s page. What is not on the list is refused, and you see it here.
        </Step>
        <Step number={3} title="Send the first message">
          With the key, by <code className="font-mono text-xs">POST /api/messaging/send</code>. The agent’s
          page has the request to copy when a key is made.
        </Step>
      </ol>
    </Panel>
  );
}

interface StepProps {
  number: number;
  isDone?: boolean;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

function Step({ number, isDone = false, title, children, action }: StepProps) {
  return (
    <li className="flex gap-3.5">
      <span
        aria-hidden="true"
        className={cx(
          "tabular grid size-6 shrink-0 place-items-center rounded-full text-xs font-semibold",
          isDone ? "bg-ok-soft text-ok-ink" : "bg-sunken text-ink-muted",
        )}
      >
        {isDone ? <Check className="size-3.5" /> : number}
      </span>
      <div className="min-w-0 pt-0.5">
        <p className="text-base font-medium">
          {title}
          {isDone && <span className="sr-only"> (done)</span>}
        </p>
        <p className="mt-0.5 text-sm text-ink-muted">{children}</p>
        {action && <div className="mt-3">{action}</div>}
      </div>
    </li>
  );
}
