import ipaddr from "ipaddr.js";

/** Unicast as ipaddr.js sees it, but for documentation (RFC 9637). */
const documentation = ipaddr.IPv6.parseCIDR("3fff::/20");
/** All of IPv6 that is given out (https://www.iana.org/assignments/ipv6-address-space); the rest is nobody's. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an address is on the public internet. What is private, loopback, link-local, shared
 * (CGNAT), multicast, reserved or for documentation is not, nor is what wraps another address: NAT64,
 * 6to4, Teredo, IPv4-mapped.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== "unicast") return false;
  if (address instanceof ipaddr.IPv4) return true;
  return address.match(globalUnicast) && !address.match(documentation);
}
