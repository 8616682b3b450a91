import { type KeyboardEvent, useId } from "react";
import { Button } from "../primitives/button.tsx";
import { TextField } from "../primitives/field.tsx";

interface PauseStepProps {
  agent: { id: string; name: string };
  onBack: () => void;
  onPause: (reason: string) => void;
}

/** The last step before an agent is paused: what it leads to, and why. */
export function PauseStep({ agent, onBack, onPause }: PauseStepProps) {
  const formId = useId();
  return (
    <form
      id={formId}
      onSubmit={(event) => {
        event.preventDefault();
        onPause(String(new FormData(event.currentTarget).get("reason") ?? "").trim());
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onBack();
      }}
    >
      <div className="px-5 pb-5 pt-4">
        <h2 className="text-lg font-semibold [overflow-wrap:anywhere]">Pause {agent.name}?</h2>
        <p className="mb-4 mt-1 text-sm text-ink-muted">
          Everything it sends is blocked until someone resumes it. It still receives.
        </p>
        <TextField
          label="Reason"
          name="reason"
          maxLength={500}
          placeholder="Why, for the others"
          autoComplete="off"
          autoFocus
        />
      </div>
      <footer className="flex justify-end gap-2 border-t bg-canvas px-5 py-3">
        <Button onClick={onBack}>Back</Button>
        <Button type="submit" variant="primary">
          Pause agent
        </Button>
      </footer>
    </form>
  );
}
