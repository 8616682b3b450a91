import type { FleetMember, FleetRole, Intent } from "./fleet-members.ts";
import type { Random } from "./fleet-random.ts";
import { escalations, workItems } from "./fleet-script.ts";

/**
 * What whoever tries Signalbox should see within two minutes, and chance might bring late: a message
 * that expires, a blocked one, and escalations of more than one severity.
 */
export function createShowcase(
  members: readonly FleetMember[],
  random: Random,
  retired: Pick<FleetMember, "id"> | undefined,
): Intent[] {
  const ofRole = (role: FleetRole): FleetMember | undefined => members.find((member) => member.role === role);
  const planner = ofRole("planner");
  const engineer = ofRole("engineer");
  const analyst = ofRole("analyst");
  const supporter = ofRole("support");
  const reviewer = ofRole("reviewer");
  const intents: Intent[] = [];

  if (planner !== undefined && retired !== undefined) {
    const payload = { query: "Is there a second source for the GR-4's limit switch?", format: "text" };
    // It is paused, so nobody reads this in time.
    const toNobody = { to: retired.id, ttlSeconds: 20, isAside: true, thinkMs: 5_000 } as const;
    intents.push({ ...toNobody, from: planner, type: "data_request", payload });
  }
  if (supporter !== undefined && engineer !== undefined) {
    const payload = { query: random.pick(workItems).complaint, format: "text" };
    intents.push({ from: supporter, to: engineer.id, type: "data_request", payload, thinkMs: 12_000 });
  }
  const alarm = (from: FleetMember | undefined, severity: string, thinkMs: number): void => {
    const payload = random.pick(escalations.filter((one) => one.severity === severity));
    const toDesk = { to: "operators", type: "escalation", isAside: true, thinkMs } as const;
    if (from !== undefined) intents.push({ ...toDesk, from, payload: { ...payload } });
  };
  alarm(reviewer, "low", 18_000);
  alarm(analyst, "medium", 25_000);
  alarm(planner, "high", 40_000);
  alarm(engineer, "critical", 55_000);
  return intents;
}
