export * from "./audit.ts";
export * from "./auth.ts";
export * from "./messaging.ts";
export * from "./seen-marks.ts";
export * from "./service.ts";
export * from "./tenants.ts";
