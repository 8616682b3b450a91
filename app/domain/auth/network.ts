import ipaddr from "ipaddr.js";

/**
 * The network that an address is in, such as `203.0.113.0/24`, for telling neighbours from strangers.
 * What is no address at all (a proxy's header can say anything) is in one that is called so.
 * @param bits how many of the address's first bits name the network
 */
export function networkOf(address: string, bits: { v4: number; v6: number }): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  const [kind, length] = parsed instanceof ipaddr.IPv4 ? [ipaddr.IPv4, bits.v4] : [ipaddr.IPv6, bits.v6];
  // Without its zone (`fe80::1%eth0`), which has a meaning on one machine alone.
  const bare = parsed.toNormalizedString().split("%", 1)[0];
  return `${kind.networkAddressFromCIDR(`${bare}/${length}`).toString()}/${length}`;
}
