import type { Role } from "../auth/scopes.ts";

/** So many requests in a window, which begins with the first of them. */
export interface RateLimit {
  requests: number;
  windowMs: number;
}

export type LimitName =
  | "user"
  | "tenant"
  | "api_key"
  | "address"
  | "sign_in"
  | "asks"
  | "channel_tests"
  | "alert_checks";

export interface LimitSettings {
  /** Of a person, in all tenants and browsers together. */
  user: RateLimit;
  tenant: RateLimit;
  apiKey: RateLimit;
  /** Of an address, for requests of nobody known. */
  address: RateLimit;
  /** Sign-ins tried from an address. */
  signIn: RateLimit;
  /** Questions put to agents. Programs ask as members do. */
  asks: Record<Role, RateLimit>;
  /** Tests that a tenant's people send to where alerts are told. */
  channelTests: RateLimit;
  /** Looks for alerts that a tenant's people ask for, beside those that are made by themselves. */
  alertChecks: RateLimit;
}

const perMinute = (requests: number): RateLimit => ({ requests, windowMs: 60_000 });

export const defaultLimits: LimitSettings = {
  user: perMinute(1_000),
  tenant: perMinute(10_000),
  apiKey: perMinute(5_000),
  address: perMinute(100),
  signIn: perMinute(30),
  asks: { tenant_admin: perMinute(100), developer: perMinute(50), member: perMinute(20) },
  channelTests: perMinute(10),
  alertChecks: perMinute(6),
};
