import { Form, useNavigation } from "@remix-run/react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { type FormProblem, generalErrorOf } from "../form-failure.ts";
import { Button, ButtonLink } from "../primitives/button.tsx";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { AgentFields, agentFieldNames } from "./agent-fields.tsx";
import { agentPath, agentsPath } from "./agent-words.ts";

/** The form of a new agent, or of `agent`'s profile. Plain enough to work without JavaScript. */
export function AgentFormPage({ agent, problem }: { agent?: AgentView; problem: FormProblem | undefined }) {
  const busy = useNavigation().formMethod === "POST";
  const general = generalErrorOf(problem, agentFieldNames);
  return (
    <div className="mx-auto max-w-2xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      {agent === undefined ? (
        <PageHeader
          title="New agent"
          description="It gets a mailbox at once. Keys and the allowlist come next, on its own page."
        />
      ) : (
        <PageHeader title="Edit profile" />
      )}
      <Panel>
        <Form method="post" className="space-y-5">
          {general && <Notice tone="bad">{general}</Notice>}
          <AgentFields {...(agent && { initial: agent })} problem={problem} autoFocus={agent === undefined} />
          <div className="flex justify-end gap-2 pt-1">
            <ButtonLink to={agent === undefined ? agentsPath : agentPath(agent.id)}>Cancel</ButtonLink>
            <Button type="submit" variant="primary" busy={busy}>
              {agent === undefined ? "Create agent" : "Save profile"}
            </Button>
          </div>
        </Form>
      </Panel>
    </div>
  );
}
