import { hash } from "node:crypto";

/**
 * Merkle trees over lists of leaf hashes, as RFC 6962 §2.1 has them: leaves and nodes are hashed behind
 * different bytes, so that neither can stand in for the other. A list is one buffer of 32 bytes a leaf.
 */
export const HASH_BYTES = 32;

/** SHA-256(0x00 ‖ UTF-8 of the text). */
export const leafHash = (text: string): Buffer => hash("sha256", `\u0000${text}`, "buffer");

const pair = Buffer.alloc(1 + 2 * HASH_BYTES);

/** SHA-256(0x01 ‖ left ‖ right). */
function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  pair[0] = 1;
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return hash("sha256", pair, "buffer");
}

/** The leaf at an index of a list. */
export const leafAt = (leaves: Buffer, index: number): Buffer =>
  leaves.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);

function toList(leaves: Buffer): Buffer[] {
  if (leaves.length === 0 || leaves.length % HASH_BYTES !== 0)
    throw new RangeError(`${leaves.length} bytes are no list of leaves`);
  return Array.from({ length: leaves.length / HASH_BYTES }, (_, index) => leafAt(leaves, index));
}

/** The level above: a node without a neighbour moves up as it is. */
function parentsOf(level: readonly Buffer[]): Buffer[] {
  const parents: Buffer[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = level.slice(at, at + 2);
    if (left !== undefined) parents.push(right === undefined ? left : nodeHash(left, right));
  }
  return parents;
}

/** The root over a list that is not empty. */
export function rootOf(leaves: Buffer): Buffer {
  let level = toList(leaves);
  while (level.length > 1) level = parentsOf(level);
  return Buffer.from(level[0] ?? leaves);
}

/** What the root can be computed with from one leaf: its neighbours on the way up. */
export function inclusionPath(leaves: Buffer, index: number): Buffer[] {
  const path: Buffer[] = [];
  let level = toList(leaves);
  for (let at = index; level.length > 1; at = Math.floor(at / 2)) {
    const neighbour = level[at % 2 === 0 ? at + 1 : at - 1];
    if (neighbour !== undefined) path.push(neighbour);
    level = parentsOf(level);
  }
  return path;
}

/** The root that a leaf, its index, the list's length and its path lead to (RFC 9162 §2.1.3.2); undefined when they do not fit. */
export function rootFromPath(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  let at = index;
  let last = size - 1;
  let node = leaf;
  for (const neighbour of path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(neighbour, node);
      while (at % 2 === 0 && at !== 0) {
        at = Math.floor(at / 2);
        last = Math.floor(last / 2);
      }
    } else {
      node = nodeHash(node, neighbour);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? node : undefined;
}
