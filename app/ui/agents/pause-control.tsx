import { useFetcher } from "@remix-run/react";
import { CirclePause, CirclePlay } from "lucide-react";
import type { AgentView } from "#app/domain/messaging/agent-schema.ts";
import { Button } from "../primitives/button.tsx";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { TextField } from "../primitives/field.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";

/** Pauses an agent, with a reason for the others, or lets it go on. */
export function PauseControl({ agent }: { agent: Pick<AgentView, "name" | "status"> }) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  if (agent.status === "paused") {
    return (
      <fetcher.Form method="post">
        <input type="hidden" name="intent" value="resume" />
        <Button
          type="submit"
          variant="primary"
          icon={<CirclePlay className="size-4" />}
          busy={fetcher.state !== "idle"}
        >
          Resume
        </Button>
      </fetcher.Form>
    );
  }
  return (
    <ConfirmButton
      fetcher={fetcher}
      values={{ intent: "pause" }}
      icon={<CirclePause className="size-4" />}
      title={`Pause ${agent.name}?`}
      consequence="Everything it sends is blocked until someone resumes it. It still receives."
      confirmLabel="Pause agent"
      danger={false}
      fields={<TextField label="Reason" name="reason" maxLength={500} placeholder="Why, for the others" />}
    >
      Pause
    </ConfirmButton>
  );
}
