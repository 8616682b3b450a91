import { Entrance } from "./entrance.tsx";
import { EntranceLink } from "./entrance-link.tsx";

/** Where a mailed link leads that does not work (any more). */
export function DeadLink({ again }: { again: { to: string; label: string } }) {
  return (
    <Entrance
      title="This link does not work any more"
      lead="It has been used, has expired, or is not whole. Some mail programs break a link in two."
      footer={
        <>
          <p>
            <EntranceLink to={again.to}>{again.label}</EntranceLink>
          </p>
          <p>
            <EntranceLink to="/sign-in">Back to the sign-in</EntranceLink>
          </p>
        </>
      }
    />
  );
}
