import { CircleOff } from "lucide-react";
import { Badge, StatusDot } from "../primitives/badge.tsx";

/** Whether a process was heard of lately. */
export function AliveBadge({ isAlive }: { isAlive: boolean }) {
  if (isAlive) return <StatusDot tone="ok">Alive</StatusDot>;
  return (
    <Badge tone="bad" icon={<CircleOff aria-hidden="true" />}>
      Not heard of
    </Badge>
  );
}
