import { deadLettersPath } from "../dead-letters/dead-letters-href.ts";
import { useDeadLetterCount } from "../dead-letters/use-dead-letter-count.ts";
import { formatCount } from "../primitives/format.ts";
import { SegmentLinks } from "../primitives/segment-links.tsx";
import { messagesHref } from "./messages-href.ts";

/** The views of the messages: all of them, those that died, and their figures. */
export function MessagesTabs({ here }: { here: "all" | "dead" | "statistics" }) {
  return (
    <SegmentLinks
      label="Views of the messages"
      current="page"
      className="mb-4 w-fit max-w-full overflow-x-auto"
      links={[
        { to: messagesHref(), label: "All", isCurrent: here === "all" },
        { to: deadLettersPath, label: <DeadLetters />, isCurrent: here === "dead" },
        { to: "/dashboard/statistics", label: "Statistics", isCurrent: here === "statistics" },
      ]}
    />
  );
}

/** Its room is kept while the count is on its way, so that nothing moves when it comes. */
function DeadLetters() {
  const counted = useDeadLetterCount();
  return (
    <span className="flex items-center gap-1">
      Dead letters
      <span className="tabular min-w-4 text-left text-xs text-ink-muted">
        {counted !== undefined && counted.count > 0 && (
          <>
            {formatCount(counted.count)}
            {counted.isExact ? "" : "+"}
          </>
        )}
      </span>
    </span>
  );
}
