import type { DeliveryTime } from "#app/domain/messaging/statistics/schema.ts";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { Panel } from "../primitives/panel.tsx";
import { durationInWords } from "./duration-words.ts";

/** How long deliveries took. */
export function DeliveryTimePanel({ deliveryTime }: { deliveryTime: DeliveryTime }) {
  const { averageMs, p50Ms, p95Ms, count } = deliveryTime;
  return (
    <Panel title="Delivery time" description="From being accepted to being delivered.">
      <Facts>
        <Fact name="On average">{durationInWords(averageMs)}</Fact>
        <Fact name="Half within">{durationInWords(p50Ms)}, estimated</Fact>
        <Fact name="95 % within">{durationInWords(p95Ms)}, estimated</Fact>
        <Fact name="Deliveries">{formatCount(count)}</Fact>
      </Facts>
    </Panel>
  );
}
