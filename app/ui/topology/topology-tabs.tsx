import { SegmentLinks } from "../primitives/segment-links.tsx";

export const topologyPath = "/dashboard/topology";
export const allowlistPath = "/dashboard/allowlist";

/** The two views of who may send to whom. */
export function TopologyTabs({ here }: { here: "graph" | "allowlist" }) {
  return (
    <SegmentLinks
      label="Views"
      current="page"
      className="mb-4 w-fit"
      links={[
        { to: topologyPath, label: "Graph", isCurrent: here === "graph" },
        { to: allowlistPath, label: "Allowlist", isCurrent: here === "allowlist" },
      ]}
    />
  );
}
