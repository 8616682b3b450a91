import type { ReactNode } from "react";
import { Entrance } from "./entrance.tsx";
import { EntranceLink } from "./entrance-link.tsx";

interface LookInYourInboxProps {
  sentTo: string;
  children: ReactNode;
}

/** After a form that is answered by mail. It says the same whether or not there is such an account. */
export function LookInYourInbox({ sentTo, children }: LookInYourInboxProps) {
  return (
    <Entrance
      title="Look in your inbox"
      lead="The rest goes by mail."
      footer={
        <p>
          <EntranceLink to="/sign-in">Back to the sign-in</EntranceLink>
        </p>
      }
    >
      <div role="status" className="mt-8 space-y-4 text-base text-ink-muted [overflow-wrap:anywhere]">
        {children}
        <p>
          Nothing there after some minutes? Look among the junk mail, and whether {sentTo} is spelt right.
        </p>
      </div>
    </Entrance>
  );
}
