import { Ban, CircleCheck, CircleSlash } from "lucide-react";
import type { TopologyEdge } from "#app/domain/messaging/topology-schema.ts";
import { Badge, type Tone } from "../primitives/badge.tsx";
import { type EdgeState, stateOf } from "./topology-view.ts";

const words: Record<EdgeState, { label: string; tone: Tone; icon: typeof Ban }> = {
  permitted: { label: "Permitted", tone: "ok", icon: CircleCheck },
  refused: { label: "Refused", tone: "bad", icon: Ban },
  former: { label: "Not permitted", tone: "neutral", icon: CircleSlash },
};

/** Whether the next message passes, and whether one was refused. */
export function EdgeStateBadge({ edge }: { edge: TopologyEdge }) {
  const { label, tone, icon: Icon } = words[stateOf(edge)];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden="true" />}>
      {label}
    </Badge>
  );
}
