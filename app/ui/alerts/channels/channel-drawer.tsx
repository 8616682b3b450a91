import { useFetcher } from "@remix-run/react";
import { useId } from "react";
import type { ChannelKind, ChannelView } from "#app/domain/alerts/channels/channel-schema.ts";
import { toFormProblem } from "../../form-failure.ts";
import { Button } from "../../primitives/button.tsx";
import { Drawer } from "../../primitives/drawer.tsx";
import { useOnAnswer } from "../../use-on-answer.ts";
import { useOutcomeToast } from "../../use-outcome-toast.ts";
import { channelWords } from "../timeline-words.ts";
import { ChannelForm } from "./channel-form.tsx";

/** Which channel's form is open: one that is there, or a new one of a kind. */
export type OpenChannel = { kind: ChannelKind; channel: ChannelView | undefined };

interface ChannelDrawerProps {
  open: OpenChannel | undefined;
  onClose: () => void;
  /** What the form's answer carries stays on the page when the drawer is gone. */
  onAnswer: (answer: unknown) => void;
}

export function ChannelDrawer({ open, onClose, onAnswer }: ChannelDrawerProps) {
  return (
    <Drawer
      open={open !== undefined}
      onClose={onClose}
      title={open?.channel?.name ?? (open && `New channel: ${channelWords[open.kind]}`)}
    >
      {open && <Body open={open} onClose={onClose} onAnswer={onAnswer} />}
    </Drawer>
  );
}

/** Mounted with the drawer: it has an answer of its own each time. */
function Body({ open, onClose, onAnswer }: ChannelDrawerProps & { open: OpenChannel }) {
  const id = useId();
  const fetcher = useFetcher();
  useOutcomeToast(fetcher.data);
  useOnAnswer(fetcher.data, (answer) => {
    if (toFormProblem(answer) !== undefined) return;
    onAnswer(answer);
    onClose();
  });
  return (
    <>
      <ChannelForm id={id} fetcher={fetcher} {...open} />
      <div className="mt-6 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" form={id} variant="primary" busy={fetcher.state !== "idle"}>
          {open.channel === undefined ? "Add channel" : "Save"}
        </Button>
      </div>
    </>
  );
}
