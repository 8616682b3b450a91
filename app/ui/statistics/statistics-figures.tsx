import type { Statistics, StatisticsWindow } from "#app/domain/messaging/statistics/schema.ts";
import { changeInWords } from "../overview/change-in-words.ts";
import { Figure, Figures, shownCount } from "../primitives/figure.tsx";
import { formatCount } from "../primitives/format.ts";
import { durationInWords } from "./duration-words.ts";
import { listHref, windowWords } from "./window-words.ts";

/** The key figures, each beside the same time before. */
export function StatisticsFigures({
  statistics,
  window,
}: {
  statistics: Statistics;
  window: StatisticsWindow;
}) {
  const { totals, comparison, errorRate, deliveryTime } = statistics;
  const { span } = windowWords[window];
  const undelivered = totals.blocked + totals.failed + totals.expired;
  return (
    <Figures>
      <Figure
        name="Messages"
        span={span}
        value={shownCount(totals.sent)}
        to={listHref(window)}
        note={changeOf(totals.sent, comparison, span)}
      />
      <Figure
        name="Not delivered"
        span={span}
        value={shownCount(undelivered)}
        to={listHref(window, { status: "problem" })}
        note={errorRate === null ? "Nothing was sent" : errorWords(errorRate, rateBefore(statistics), span)}
      />
      <Figure
        name="Delivery time"
        span="median"
        value={deliveryTime === null ? "–" : durationInWords(deliveryTime.p50Ms)}
        to={listHref(window, { status: "delivered" })}
        note={
          deliveryTime === null
            ? "No delivery was timed"
            : `95 % within ${durationInWords(deliveryTime.p95Ms)}`
        }
      />
      <Figure
        name="On its way"
        span="by now"
        value={shownCount(totals.pending)}
        to={listHref(window, { status: "pending" })}
        note={
          totals.pending === 0
            ? "Everything has arrived or ended"
            : `${formatCount(totals.delivered)} delivered`
        }
      />
    </Figures>
  );
}

/** By the hours that are over on both sides; what is new is new, also within the hour that is going on. */
const changeOf = (sent: number, { current, before }: Statistics["comparison"], span: string): string =>
  changeInWords(before.totals.sent === 0 ? sent : current.totals.sent, before.totals.sent, span);

const rateOf = ({
  sent,
  blocked,
  failed,
  expired,
}: Statistics["comparison"]["before"]["totals"]): number | null =>
  sent === 0 ? null : (blocked + failed + expired) / sent;
const rateBefore = ({ comparison }: Statistics): number | null => rateOf(comparison.before.totals);

/** "2.1 % of all; 3.4 % in the 7 days before". */
const errorWords = (rate: number, before: number | null, span: string): string =>
  before === null
    ? `${percent(rate)} of all`
    : `${percent(rate)} of all; ${percent(before)} in the ${span} before`;

const percent = (share: number): string => {
  const value = share * 100;
  return `${value > 0 && value < 0.1 ? "under 0.1" : String(Math.round(value * 10) / 10)} %`;
};
