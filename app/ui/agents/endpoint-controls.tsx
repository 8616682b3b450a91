import { useFetcher } from "@remix-run/react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import type { EndpointTest, EndpointView } from "#app/domain/messaging/endpoint-schema.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { SelectField } from "../primitives/field.tsx";
import { formatCount } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { keepChoices } from "./endpoint-words.ts";

interface EndpointControlsProps {
  agent: Pick<AgentView, "name">;
  endpoint: EndpointView;
  rotate: ReturnType<typeof useFetcher>;
  answer: unknown;
}

/** What can be done with an endpoint. */
export function EndpointControls({ agent, endpoint, rotate, answer }: EndpointControlsProps) {
  const test = useFetcher();
  const other = useFetcher();
  useOutcomeToast(other.data);
  useOutcomeToast(rotate.data);
  const tested = testIn(test.data ?? answer);
  return (
    <div className="space-y-3 border-t px-4 py-3 sm:px-5">
      <div className="flex flex-wrap gap-2">
        <test.Form method="post">
          <input type="hidden" name="intent" value="test-endpoint" />
          <Button type="submit" size="sm" busy={test.state !== "idle"}>
            Send a test
          </Button>
        </test.Form>
        <ConfirmButton
          fetcher={rotate}
          values={{ intent: "rotate-secret" }}
          size="sm"
          title="Rotate the signing secret?"
          consequence="A new secret signs from now on. The old one may sign beside it, so that the receiver can change over."
          confirmLabel="Rotate secret"
          danger={false}
          fields={
            <SelectField label="The old secret signs for" name="keepPreviousHours" defaultValue="24">
              {keepChoices.map(({ value, label }) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </SelectField>
          }
        >
          Rotate secret
        </ConfirmButton>
        <SwitchForm fetcher={other} endpoint={endpoint} />
        <ConfirmButton
          fetcher={other}
          values={{ intent: "remove-endpoint" }}
          size="sm"
          variant="ghost"
          title="Remove the endpoint?"
          consequence={`${agent.name} reads its inbox from then on, what waits is delivered there, and the secret ends.`}
          confirmLabel="Remove endpoint"
        >
          Remove
        </ConfirmButton>
      </div>
      {tested && (
        <Notice
          tone={tested.outcome === "delivered" ? "ok" : "warn"}
          title={
            tested.outcome === "delivered"
              ? `The test was accepted: ${tested.statusCode} in ${formatCount(tested.durationMs)} ms.`
              : (tested.error ?? "The test was not accepted.")
          }
        >
          {tested.responseBody && (
            <code className="line-clamp-3 font-mono text-xs [overflow-wrap:anywhere]">
              {tested.responseBody}
            </code>
          )}
        </Notice>
      )}
    </div>
  );
}

/** Of an endpoint that backs off, enabling it means to try again now. */
function SwitchForm({
  fetcher,
  endpoint,
}: {
  fetcher: ReturnType<typeof useFetcher>;
  endpoint: EndpointView;
}) {
  const isActive = endpoint.status === "active";
  return (
    <>
      {(!isActive || endpoint.health === "backing_off") && (
        <fetcher.Form method="post">
          <input type="hidden" name="intent" value="enable-endpoint" />
          <Button type="submit" size="sm" busy={fetcher.state !== "idle"}>
            {isActive ? "Try now" : "Enable"}
          </Button>
        </fetcher.Form>
      )}
      {isActive && (
        <ConfirmButton
          fetcher={fetcher}
          values={{ intent: "disable-endpoint" }}
          size="sm"
          title="Disable the endpoint?"
          consequence="Nothing is posted to it, and messages wait, until somebody enables it."
          confirmLabel="Disable endpoint"
          danger={false}
        >
          Disable
        </ConfirmButton>
      )}
    </>
  );
}

function testIn(answer: unknown): EndpointTest | undefined {
  if (typeof answer !== "object" || answer === null || !("endpointTest" in answer)) return undefined;
  // Only the action's own "test-endpoint" answers with one.
  return answer.endpointTest as EndpointTest;
}
