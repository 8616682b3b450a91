import type { Database } from "#db/database.ts";
import { SYSTEM_TENANT_ID, type TenantId } from "#db/ids.ts";
import type { Actor, RequestInfo } from "../auth/actor.ts";
import type { KeyedDigest } from "../auth/keyed-digest.server.ts";
import { networkOf } from "../auth/network.ts";
import { createCounterStore } from "./counter-store.server.ts";
import { createExactLimit } from "./exact-limit.server.ts";
import { createLeasedLimit } from "./leased-limit.server.ts";
import type { LimitName, LimitSettings, RateLimit } from "./limit-settings.ts";
import { createRefusalLog, type Refused } from "./refusal-log.server.ts";
import { refusalOf, tighterOf, type Verdict } from "./verdict.ts";

/**
 * What everybody may ask for in a while. One per process. A refusal is counted and recorded here;
 * what becomes of the request is the caller's.
 */
export interface RateLimits {
  /** Counts a request of somebody known, against their own limit and their tenant's; the tighter one answers. */
  takeActor(actor: Actor, request: RequestInfo): Verdict | Promise<Verdict>;
  /** Counts a request of nobody known. */
  takeAddress(address: string, request: RequestInfo): Verdict | Promise<Verdict>;
  /**
   * Counts an attempt to sign in, exactly.
   * @throws AppError rate_limited
   */
  takeSignIn(address: string, request: RequestInfo): Promise<Verdict>;
  asks: Asks;
  channelTests: CountedByTenant;
  alertChecks: CountedByTenant;
  /** Writes the refusals that are not recorded yet. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Questions put to agents, which cost money: counted exactly over all processes. */
export interface Asks {
  /**
   * Counts one question of a person, or of a program; gives what is left.
   * @throws AppError rate_limited, with the seconds to wait.
   */
  take(actor: Actor, request: RequestInfo): Promise<Verdict>;
}

/**
 * Tests of alerts' channels, which write to whoever is named there, and checks for alerts, which read much:
 * counted exactly.
 */
export interface CountedByTenant {
  /** Counts one of a tenant's. @throws AppError rate_limited */
  take(actor: Actor, tenantId: TenantId, request: RequestInfo): Promise<Verdict>;
}

interface RateLimitsOptions {
  db: Database;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
  settings: LimitSettings;
  digest: KeyedDigest;
  metrics: { rateLimitRefused(limit: LimitName): void; auditFailures: { inc(): void } };
}

/** What one household or server has of addresses: all of an IPv6 /64 is one customer's. */
const ownBits = { v4: 32, v6: 64 };

export function createRateLimits({ db, log, settings, digest, metrics }: RateLimitsOptions): RateLimits {
  const store = createCounterStore(db);
  const refusals = createRefusalLog({ db, log, onFailure: () => metrics.auditFailures.inc() });
  const onStore = tellOnce(log);
  // Addresses themselves are never stored.
  const digestOf = (network: string): string => digest("limits", network).toString("base64url");

  const leased = (name: LimitName, limit: RateLimit, storedKey?: (key: string) => string) =>
    createLeasedLimit({ name, limit, store, storedKey, onStore });
  const exact = (name: LimitName, limit: RateLimit) => createExactLimit({ name, limit, store });
  const limits = {
    user: leased("user", settings.user),
    tenant: leased("tenant", settings.tenant),
    apiKey: leased("api_key", settings.apiKey),
    address: leased("address", settings.address, digestOf),
    signIn: exact("sign_in", settings.signIn),
    // By role, on one counter: a changed role changes the limit and not the count.
    asks: {
      tenant_admin: exact("asks", settings.asks.tenant_admin),
      developer: exact("asks", settings.asks.developer),
      member: exact("asks", settings.asks.member),
    },
    channelTests: exact("channel_tests", settings.channelTests),
    alertChecks: exact("alert_checks", settings.alertChecks),
  };

  function told(verdict: Verdict, whose: Omit<Refused, "limit">): Verdict {
    if (!verdict.isWithin) {
      metrics.rateLimitRefused(verdict.limit);
      refusals.note({ ...whose, limit: verdict.limit });
    }
    return verdict;
  }

  const tellOf = (counted: Verdict | Promise<Verdict>, whose: Omit<Refused, "limit">) =>
    counted instanceof Promise ? counted.then((verdict) => told(verdict, whose)) : told(counted, whose);

  const nobody = (network: string, request: RequestInfo): Omit<Refused, "limit"> => ({
    ...{ key: network, tenantId: SYSTEM_TENANT_ID, request },
    actor: { kind: "user", id: null, name: null },
  });

  const somebody = (actor: Actor, request: RequestInfo): Omit<Refused, "limit"> => ({
    ...{ key: `${actor.tenantId} ${actor.id}`, tenantId: actor.tenantId, actor, request },
  });

  function takeOwn(actor: Actor): Verdict | Promise<Verdict> {
    if (actor.kind === "system") throw new Error("The system has no rate limit.");
    return actor.kind === "user" ? limits.user.take(actor.id) : limits.apiKey.take(actor.credential.id);
  }

  /** Who is over their own limit takes nothing of their tenant's. */
  function takeBoth(actor: Actor): Verdict | Promise<Verdict> {
    const own = takeOwn(actor);
    if (own instanceof Promise) return own.then((verdict) => withTenant(actor, verdict));
    return withTenant(actor, own);
  }

  function withTenant({ tenantId }: Actor, own: Verdict): Verdict | Promise<Verdict> {
    if (!own.isWithin) return own;
    const all = limits.tenant.take(tenantId);
    return all instanceof Promise ? all.then((verdict) => tighterOf(own, verdict)) : tighterOf(own, all);
  }

  const byTenant = (limit: ReturnType<typeof exact>): CountedByTenant => ({
    take: async (actor, tenantId, request) =>
      passed(told(await limit.take(tenantId), somebody(actor, request))),
  });

  return {
    takeActor: (actor, request) => tellOf(takeBoth(actor), somebody(actor, request)),
    takeAddress(address, request) {
      const network = networkOf(address, ownBits);
      return tellOf(limits.address.take(network), nobody(network, request));
    },
    async takeSignIn(address, request) {
      const network = networkOf(address, ownBits);
      return passed(told(await limits.signIn.take(digestOf(network)), nobody(network, request)));
    },
    asks: {
      async take(actor, request) {
        const verdict = await limits.asks[actor.kind === "user" ? actor.role : "member"].take(actor.id);
        return passed(told(verdict, somebody(actor, request)));
      },
    },
    channelTests: byTenant(limits.channelTests),
    alertChecks: byTenant(limits.alertChecks),
    flush: () => refusals.flush(),
    close: () => refusals.close(),
  };
}

function passed(verdict: Verdict): Verdict {
  if (!verdict.isWithin) throw refusalOf(verdict);
  return verdict;
}

/** Says when limits fall back to memory and when they are back, and not each time between. */
function tellOnce(log: RateLimitsOptions["log"]): (isThere: boolean, cause?: unknown) => void {
  let wasThere = true;
  return (isThere, cause) => {
    if (isThere === wasThere) return;
    wasThere = isThere;
    if (isThere) log.info({}, "Rate limits are counted over all processes again");
    else log.warn({ err: cause }, "Rate limits are counted by this process alone");
  };
}
