import type { KeyedDigest } from "./keyed-digest.server.ts";
import { networkOf } from "./network.ts";
import type { SignInLocation } from "./sign-in-location.server.ts";

/** Where somebody signs in from. */
export interface SignInPlace {
  address: string;
  /** What the browser's own cookie says; a program has none. */
  deviceId: string | undefined;
  /** Absent where addresses' places are not known. */
  location?: SignInLocation | undefined;
  digest: KeyedDigest;
}

/** The digests that are kept of a place, and of an account as it is tried from there. */
export interface PlaceDigests {
  device: Buffer | null;
  network: Buffer;
  address: Buffer;
  location: Buffer | null;
  /** ISO 3166-1; not kept of the place, but told in the audit trail. */
  country: string | undefined;
  /** @param known the place that the person is known at, which has a count of its own */
  account(known: Buffer | null): Buffer;
}

/** What a home or an office has of addresses. */
const networkBits = { v4: 24, v6: 48 };
/** What one customer has of them, who can take another within it at will. */
const addressBits = { v4: 32, v6: 64 };

export function digestPlace(
  { address, deviceId, location, digest }: SignInPlace,
  email: string,
): PlaceDigests {
  return {
    device: deviceId === undefined ? null : digest("sign-in device", deviceId),
    network: digest("sign-in network", networkOf(address, networkBits)),
    address: digest("sign-in address", networkOf(address, addressBits)),
    location:
      location === undefined
        ? null
        : digest("sign-in location", `${location.country}\n${location.region ?? ""}`),
    country: location?.country,
    account: (known) => accountDigest(digest, email, known),
  };
}

export const accountDigest = (digest: KeyedDigest, email: string, known: Buffer | null): Buffer =>
  digest("sign-in account", known === null ? email : `${email}\n${known.toString("hex")}`);
