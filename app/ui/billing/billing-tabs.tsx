import { SegmentLinks } from "../primitives/segment-links.tsx";
import { billingPath, invoicesPath } from "./billing-paths.ts";

const tabs = {
  month: { to: billingPath, label: "This month" },
  invoices: { to: invoicesPath, label: "Invoices" },
} as const;

/** The month that is going on, and those that are over. */
export function BillingTabs({ here }: { here: keyof typeof tabs }) {
  return (
    <SegmentLinks
      label="Pages of billing"
      current="page"
      className="mb-4 w-fit max-w-full overflow-x-auto"
      links={Object.entries(tabs).map(([name, { to, label }]) => ({ to, label, isCurrent: name === here }))}
    />
  );
}
