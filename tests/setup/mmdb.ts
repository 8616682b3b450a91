import { writeFileSync } from "node:fs";

/** What is known of an address. */
interface Place {
  country: string;
  region?: string;
}

const recordBits = 24;
const dataSeparatorBytes = 16;

/**
 * Writes a small database of IPv4 networks' places in MaxMind's format
 * (https://maxmind.github.io/MaxMind-DB/), with records of 24 bits and no pointers.
 */
export function writeMmdb(path: string, networks: Record<string, Place>, databaseType = "Test-City"): void {
  writeFileSync(path, mmdbOf(networks, databaseType));
}

type Child = number | { data: number } | undefined;

function mmdbOf(networks: Record<string, Place>, databaseType: string): Buffer {
  const nodes: [Child, Child][] = [[undefined, undefined]];
  const data: Buffer[] = [];
  let dataBytes = 0;
  for (const [network, place] of Object.entries(networks)) {
    insert(nodes, network, { data: dataBytes });
    const encoded = encode({
      country: { iso_code: place.country },
      ...(place.region !== undefined && { subdivisions: [{ iso_code: place.region }] }),
    });
    data.push(encoded);
    dataBytes += encoded.length;
  }
  const record = (child: Child): number => {
    if (child === undefined) return nodes.length;
    return typeof child === "number" ? child : nodes.length + dataSeparatorBytes + child.data;
  };
  const tree = Buffer.alloc((nodes.length * recordBits * 2) / 8);
  for (const [n, [zero, one]] of nodes.entries()) {
    tree.writeUIntBE(record(zero), n * 6, 3);
    tree.writeUIntBE(record(one), n * 6 + 3, 3);
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    database_type: databaseType,
    description: { en: "A few networks, for tests" },
    ip_version: 4,
    languages: ["en"],
    node_count: nodes.length,
    record_size: recordBits,
  });
  return Buffer.concat([
    ...[tree, Buffer.alloc(dataSeparatorBytes), ...data],
    ...[Buffer.from("\xab\xcd\xefMaxMind.com", "latin1"), metadata],
  ]);
}

function insert(nodes: [Child, Child][], network: string, leaf: Child): void {
  const [address = "", length = "32"] = network.split("/");
  const bits = address
    .split(".")
    .map((byte) => Number(byte).toString(2).padStart(8, "0"))
    .join("")
    .slice(0, Number(length));
  let at = 0;
  for (const [n, bit] of [...bits].entries()) {
    const node = nodes[at];
    if (node === undefined) throw new Error("There is no such node");
    const side = bit === "1" ? 1 : 0;
    if (n === bits.length - 1) {
      node[side] = leaf;
      return;
    }
    const next = node[side];
    if (typeof next === "number") at = next;
    else {
      node[side] = nodes.length;
      at = nodes.length;
      nodes.push([undefined, undefined]);
    }
  }
}

type Value = string | number | Value[] | { [name: string]: Value };

const types = { string: 2, uint32: 6, map: 7, array: 11 };

function encode(value: Value): Buffer {
  if (typeof value === "string") {
    const text = Buffer.from(value);
    return Buffer.concat([control(types.string, text.length), text]);
  }
  if (typeof value === "number") {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(value);
    return Buffer.concat([control(types.uint32, 4), number]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(types.array, value.length), ...value.map(encode)]);
  const members = Object.entries(value).flatMap(([name, member]) => [encode(name), encode(member)]);
  return Buffer.concat([control(types.map, members.length / 2), ...members]);
}

/** The byte, or bytes, that say what follows; a type over 7 has the second. */
function control(type: number, size: number): Buffer {
  if (size >= 29) throw new Error("Nothing that is so long is written here");
  return Buffer.from(type > 7 ? [size, type - 7] : [(type << 5) | size]);
}
