import { useFetcher } from "@remix-run/react";
import { Lock, LockOpen } from "lucide-react";
import type { HoldView } from "#app/domain/retention/schema.ts";
import { ConfirmButton } from "../primitives/confirm-button.tsx";
import { TextField } from "../primitives/field.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { holdsPath } from "./held.tsx";

interface HoldControlProps {
  target: { messageId: string } | { correlationId: string };
  /** What keeps it: its own hold, and for a message also its conversation's. */
  holds: readonly HoldView[];
}

/** Puts a message or a conversation on hold, or lets go of it. */
export function HoldControl({ target, holds }: HoldControlProps) {
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  const isMessage = "messageId" in target;
  const noun = isMessage ? "message" : "conversation";
  const own = holds.find(({ messageId }) => messageId === (isMessage ? target.messageId : null));
  if (own !== undefined)
    return (
      <span className="needs-script contents">
        <ConfirmButton
          fetcher={fetcher}
          action={holdsPath}
          values={{ intent: "release", holdId: own.id }}
          icon={<LockOpen className="size-4" />}
          title={`Release this ${noun}?`}
          consequence={`It is held because: ${own.reason}. Once released, retention takes it when it is old enough, and erasure may empty it.`}
          confirmLabel="Release hold"
        >
          Release
        </ConfirmButton>
      </span>
    );
  if (isMessage && holds.length > 0) return null;
  return (
    <span className="needs-script contents">
      <ConfirmButton
        fetcher={fetcher}
        action={holdsPath}
        values={{ intent: isMessage ? "hold-message" : "hold-conversation", ...target }}
        icon={<Lock className="size-4" />}
        title={`Put this ${noun} on hold?`}
        consequence={`${isMessage ? "It is" : "All of it, and what is still to be said in it, is"} kept until somebody releases it, whatever retention and erasure would do.`}
        confirmLabel="Put on hold"
        danger={false}
        fields={
          <TextField
            label="Reason"
            name="reason"
            required
            maxLength={500}
            placeholder="Why, for the record"
          />
        }
      >
        Hold
      </ConfirmButton>
    </span>
  );
}
