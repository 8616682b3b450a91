import { useFetcher, useLocation } from "@remix-run/react";
import { Send } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { toFormProblem } from "../form-failure.ts";
import { Button } from "../primitives/button.tsx";
import { Drawer } from "../primitives/drawer.tsx";
import { Kbd } from "../primitives/kbd.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { useIsMac } from "../shell/use-is-mac.ts";
import { type ComposeData, ComposeForm } from "./compose-form.tsx";
import { type ComposeStart, composePath } from "./compose-path.ts";

export interface ComposeDrawerProps {
  open: boolean;
  onClose: () => void;
  start: ComposeStart;
}

/** Writes a message beside the page one is on. Sent, it leads to the conversation. */
export function ComposeDrawer({ open, onClose, start }: ComposeDrawerProps) {
  const formId = useId();
  const isMac = useIsMac();
  const loaded = useFetcher<ComposeData>();
  const sent = useFetcher();
  const { load } = loaded;
  const path = composePath(start);
  // Each time anew: whoever was added meanwhile is there, and the next message has a key of its own.
  useEffect(() => {
    if (open) load(path);
  }, [open, path, load]);
  const { key } = useLocation();
  const openedAt = useRef(key);
  useEffect(() => {
    if (!open) openedAt.current = key;
    else if (openedAt.current !== key) onClose();
  }, [open, key, onClose]);

  return (
    <Drawer
      open={open}
      onClose={onClose}
      title="New message"
      description="The answer comes to your own mailbox, and to the conversation."
      footer={
        <>
          <span className="mr-auto hidden items-center gap-1 text-xs text-ink-muted sm:flex">
            <Kbd>{isMac ? "⌘" : "Ctrl"}</Kbd> <Kbd>Enter</Kbd> sends
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={formId}
            variant="primary"
            icon={<Send className="size-4" />}
            busy={sent.state !== "idle"}
          >
            Send
          </Button>
        </>
      }
    >
      {loaded.data === undefined || loaded.state === "loading" ? (
        <div aria-busy="true" className="space-y-4">
          <Skeleton className="h-9 w-full" />
          <Skeleton className="h-9 w-full" />
          <Skeleton className="h-32 w-full" />
        </div>
      ) : (
        <ComposeForm
          key={loaded.data.sendKey}
          data={loaded.data}
          problem={toFormProblem(sent.data)}
          as={sent.Form}
          formId={formId}
        />
      )}
    </Drawer>
  );
}
