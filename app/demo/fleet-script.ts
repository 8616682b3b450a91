/**
 * What the demo fleet talks about: a maker of warehouse robots. Plain data, so that a story reads
 * like work and not like lorem ipsum.
 */
export interface WorkItem {
  title: string;
  component: string;
  branch: string;
  question: { query: string; dataSource: string; answer: Record<string, string | number> };
  finding: string;
  /** The same problem in a customer's words, as support hears it. */
  complaint: string;
}

export const workItems: readonly WorkItem[] = [
  {
    title: "Stop the GR-4 gripper from re-homing after every pick",
    component: "gripper-firmware",
    branch: "fix/gr4-rehome",
    question: {
      query: "Re-homing events per 1,000 picks for GR-4 units on firmware 2.8, last 7 days",
      dataSource: "telemetry.gripper_events",
      answer: { units: 214, picks: 1_482_310, rehomingPer1000Picks: 41.7, baselinePer1000Picks: 2.1 },
    },
    finding: "The limit switch debounce is shorter than the switch's own bounce.",
    complaint:
      "Fennel Foods: The grippers re-home after every pick since the update; we lose a third of the rate.",
  },
  {
    title: "Cut the route planner's replanning time in aisles with more than 12 robots",
    component: "route-planner",
    branch: "perf/crowded-aisles",
    question: {
      query: "p50 and p95 of replanning time by robots in the aisle, site Rotterdam, yesterday",
      dataSource: "warehouse.route_plans",
      answer: { robots: 12, p50Ms: 38, p95Ms: 412, samples: 90_211 },
    },
    finding: "Neighbours are re-sorted on every expansion; a heap per aisle removes that.",
    complaint:
      "Halden Logistics: In the long aisles the robots stand still for half a second at every crossing.",
  },
  {
    title: "Recalibrate lidar offsets after a wheel change without a service visit",
    component: "calibration",
    branch: "feat/self-calibration",
    question: {
      query: "Lidar offset drift in millimetres, 24 h before and after a wheel change",
      dataSource: "telemetry.lidar_offsets",
      answer: { wheelChanges: 37, driftBeforeMm: 1.2, driftAfterMm: 9.8 },
    },
    finding: "Two fiducials at the charging dock are enough to solve for the offset.",
    complaint: "Meridian Pharma: After a wheel change robot 118 parks ten millimetres beside its slot.",
  },
  {
    title: "Warn the shift lead before a charging queue builds up",
    component: "charging",
    branch: "feat/charge-forecast",
    question: {
      query: "Robots waiting for a charger by half hour, last 14 days, all sites",
      dataSource: "warehouse.charging_queue",
      answer: { sites: 6, worstHalfHour: "14:30", meanWaiting: 5.4, maxWaiting: 19 },
    },
    finding: "A forecast from state of charge alone is 20 minutes ahead of the queue.",
    complaint: "Okapi Outdoor: At half past two every robot wants a charger at once and picking stops.",
  },
  {
    title: "Make over-the-air updates resume after a dropped connection",
    component: "updater",
    branch: "fix/ota-resume",
    question: {
      query: "Update downloads that restarted from zero, by access point, this month",
      dataSource: "telemetry.ota_sessions",
      answer: { downloads: 3_120, restartedFromZero: 611, worstAccessPoint: "RTM-AP-17" },
    },
    finding: "The range request drops its validator on redirect, so the server sends everything again.",
    complaint: "Halden Logistics: Updates over the loading dock's access point start over again and again.",
  },
  {
    title: "Show torque limits on the maintenance tablet in the operator's units",
    component: "maintenance-app",
    branch: "fix/torque-units",
    question: {
      query: "Maintenance sessions by locale and unit setting, last 30 days",
      dataSource: "app.maintenance_sessions",
      answer: { sessions: 902, imperialShown: 118, imperialWanted: 341 },
    },
    finding: "The unit is read before the profile has loaded.",
    complaint: "Porto Parts: The tablet shows newton metres although we set foot-pounds.",
  },
  {
    title: "Keep the emergency-stop log when a controller loses power",
    component: "safety-controller",
    branch: "fix/estop-log",
    question: {
      query: "Emergency stops with an incomplete log, by controller revision, this year",
      dataSource: "safety.estop_log",
      answer: { stops: 64, incomplete: 7, revision: "C2" },
    },
    finding: "The last page is only flushed by the watchdog; a supercapacitor buys 40 ms to do it.",
    complaint: "Meridian Pharma: The safety officer misses the last seconds in two emergency-stop logs.",
  },
  {
    title: "Pack mixed pallets so that heavy cases end up at the bottom",
    component: "palletizer",
    branch: "feat/weight-order",
    question: {
      query: "Rejected pallets by reason, site Hamburg, last 10 shifts",
      dataSource: "warehouse.pallet_checks",
      answer: { pallets: 2_418, rejected: 96, rejectedForWeightOrder: 71 },
    },
    finding: "Weights arrive after the layer is planned; waiting 300 ms for the scale is enough.",
    complaint: "Fennel Foods: Mixed pallets for Hamburg come with the heavy cases on top.",
  },
];

export const clarifications: readonly { question: string; answer: string }[] = [
  {
    question: "Is a firmware change in scope, or the host side only?",
    answer: "Both, as long as C2 boards keep booting.",
  },
  {
    question: "Which sites get it first?",
    answer: "Rotterdam on Tuesday; Hamburg once two shifts went by clean.",
  },
  {
    question: "May we raise the telemetry rate while this is open?",
    answer: "Yes, to 10 Hz for at most 20 units.",
  },
  {
    question: "Do we need to keep the old wire format?",
    answer: "For one release; log every robot that still uses it.",
  },
];

export const reviewRemarks: readonly string[] = [
  "The retry has no upper bound; please cap it and say why at that number.",
  "The unit test passes with the fix reverted.",
  "This holds the bus lock while it logs. Move the log line out.",
  "Name the threshold; 0.37 will puzzle whoever reads it next.",
];

export const escalations: readonly { reason: string; severity: "low" | "medium" | "high" | "critical" }[] = [
  { reason: "CI runners are out of disk; builds queue for more than 20 minutes.", severity: "medium" },
  { reason: "The staging fleet lost contact with three robots during the test drive.", severity: "high" },
  { reason: "A dependency of the updater has a published vulnerability.", severity: "high" },
  { reason: "Telemetry from site Hamburg is 40 minutes behind.", severity: "medium" },
  { reason: "A robot entered a marked safety zone; it was stopped by hand.", severity: "critical" },
  { reason: "The licence of the map editor runs out on Friday.", severity: "low" },
];
