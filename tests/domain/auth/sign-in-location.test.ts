import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openLocations } from "#app/domain/auth/sign-in-location.server.ts";
import { writeMmdb } from "#tests/setup/mmdb.ts";

const folder = mkdtempSync(join(tmpdir(), "signalbox-locations-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

describe("a database of addresses", () => {
  it("says in which country and part of it an address is, and of others nothing", async () => {
    writeMmdb(file("places.mmdb"), {
      "203.0.113.0/24": { country: "DE", region: "BE" },
      "198.51.100.0/25": { country: "NZ" },
    });
    const locate = await openLocations(file("places.mmdb"));
    expect(locate("203.0.113.77")).toEqual({ country: "DE", region: "BE" });
    expect(locate("198.51.100.127")).toEqual({ country: "NZ", region: undefined });
    for (const elsewhere of ["198.51.100.128", "127.0.0.1", "::1", "2001:db8::1", "unknown", ""])
      expect(locate(elsewhere), elsewhere).toBeUndefined();
  });

  it("is refused with a sentence where it is none, or none of places", async () => {
    await expect(openLocations(file("none.mmdb"))).rejects.toThrow(/cannot be read as a database of addr/);
    writeFileSync(file("text.mmdb"), "This is no database.");
    await expect(openLocations(file("text.mmdb"))).rejects.toThrow(/cannot be read as a database of addr/);
    writeMmdb(file("networks.mmdb"), { "203.0.113.0/24": { country: "DE" } }, "GeoLite2-ASN");
    await expect(openLocations(file("networks.mmdb"))).rejects.toThrow(/another kind \(GeoLite2-ASN\)/);
  });
});
