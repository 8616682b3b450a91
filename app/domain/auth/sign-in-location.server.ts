import { type CityResponse, type CountryResponse, open, type Response } from "maxmind";

/** Roughly where an address is. */
export interface SignInLocation {
  /** ISO 3166-1, such as `DE`. */
  country: string;
  /** A part of the country, or a city in it, where that is known: nothing but the same for the same one. */
  region: string | undefined;
}

/** Where an address is; undefined for one that nobody knows the place of, such as an office's own. */
export type LocateAddress = (address: string) => SignInLocation | undefined;

type Located = Response & Partial<CityResponse & CountryResponse>;

/**
 * Opens a database of addresses' places in MaxMind's format (GeoLite2, DB-IP and others come in it), by
 * country or by city. It is read once, at start.
 * @throws Error with a sentence: the file is not there, or no such database.
 */
export async function openLocations(path: string): Promise<LocateAddress> {
  const reader = await open<Located>(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot be read as a database of addresses (mmdb): ${reason}`, { cause });
  });
  const { databaseType } = reader.metadata;
  if (!/country|city|enterprise|location/i.test(databaseType))
    throw new Error(`is a database of another kind (${databaseType}): it takes one by country or by city`);
  return (address) => {
    const found = reader.get(address);
    const country = found?.country?.iso_code ?? found?.registered_country?.iso_code;
    if (country === undefined) return undefined;
    const region = found?.subdivisions?.[0]?.iso_code ?? found?.city?.names?.en;
    return { country, region };
  };
}
