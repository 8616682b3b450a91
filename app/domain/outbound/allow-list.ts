import ipaddr from "ipaddr.js";

type Range = [first: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

/**
 * A place that may be called although it is not public: a host as a URL names it, or a range of
 * addresses, each with its port.
 */
export type AllowEntry = { host: string; port: number } | { range: Range; port: number };

/**
 * `localhost:8080, 127.0.0.1:4125, [::1]:4125, 10.0.0.0/8:443, [fd00::]/8:443`.
 * @throws TypeError that names the entry which is none.
 */
export function parseAllowList(text: string): AllowEntry[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parseEntry);
}

function parseEntry(entry: string): AllowEntry {
  const [, host, prefix, portText] =
    /^(\[[\d.:a-f]+\]|[^\s/:[\]]+)(?:\/(\d{1,3}))?:(\d{1,5})$/i.exec(entry) ?? [];
  const port = Number(portText);
  if (host === undefined || !(port >= 1 && port <= 65_535))
    throw new TypeError(`${JSON.stringify(entry)} is no host:port or CIDR:port`);
  if (prefix === undefined) return { host: host.toLowerCase(), port };
  const range = `${host.replace(/[[\]]/g, "")}/${prefix}`;
  if (!ipaddr.isValidCIDR(range))
    throw new TypeError(`${JSON.stringify(entry)} is no host:port or CIDR:port`);
  return { range: ipaddr.parseCIDR(range), port };
}

const isInRange = (address: string, range: Range): boolean => {
  const parsed = ipaddr.parse(address);
  return parsed.kind() === range[0].kind() && parsed.match(range);
};

/** Whether the list names this host, as a URL writes it (`[::1]` in brackets), with this port. */
export const allowsHost = (entries: readonly AllowEntry[], host: string, port: number): boolean =>
  entries.some((entry) => "host" in entry && entry.port === port && entry.host === host.toLowerCase());

/** Whether the address, with this port, is in one of the list's ranges. */
export const allowsAddress = (entries: readonly AllowEntry[], address: string, port: number): boolean =>
  ipaddr.isValid(address) &&
  entries.some((entry) => "range" in entry && entry.port === port && isInRange(address, entry.range));
