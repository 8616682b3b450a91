import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { inclusionPath, leafAt, leafHash, rootFromPath, rootOf } from "#app/domain/integrity/merkle.ts";

const leavesOf = (size: number): Buffer =>
  Buffer.concat(Array.from({ length: size }, (_, index) => leafHash(`leaf ${index}`)));

/** RFC 6962 §2.1, word for word: split at the largest power of two below the size. */
function rootByDefinition(leaves: Buffer): Buffer {
  const size = leaves.length / 32;
  if (size === 1) return leaves;
  let k = 1;
  while (k * 2 < size) k *= 2;
  const left = rootByDefinition(leaves.subarray(0, k * 32));
  const right = rootByDefinition(leaves.subarray(k * 32));
  return createHash("sha256")
    .update(Buffer.concat([Buffer.of(1), left, right]))
    .digest();
}

const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 100, 257];

test("a leaf is hashed behind a zero byte", () => {
  expect(leafHash("é").toString("hex")).toBe(
    createHash("sha256")
      .update(Buffer.concat([Buffer.of(0), Buffer.from("é")]))
      .digest("hex"),
  );
});

test.each(sizes)("the root over %i leaves is the one that RFC 6962 defines", (size) => {
  const leaves = leavesOf(size);
  expect(rootOf(leaves)).toEqual(rootByDefinition(leaves));
});

test.each(sizes)("each of %i leaves leads to the root by its path, and no other does", (size) => {
  const leaves = leavesOf(size);
  const root = rootOf(leaves);
  for (let index = 0; index < size; index++) {
    const path = inclusionPath(leaves, index);
    expect(rootFromPath(leafAt(leaves, index), index, size, path)).toEqual(root);
    expect(rootFromPath(leafHash("another"), index, size, path)).not.toEqual(root);
    if (size > 1) {
      expect(rootFromPath(leafAt(leaves, index), (index + 1) % size, size, path)).not.toEqual(root);
      expect(rootFromPath(leafAt(leaves, index), index, size, path.slice(1))).not.toEqual(root);
    }
    expect(rootFromPath(leafAt(leaves, index), size, size, path)).toBeUndefined();
    expect(rootFromPath(leafAt(leaves, index), index, size, [...path, root])).toBeUndefined();
  }
});

test("there is no root over nothing", () => {
  expect(() => rootOf(Buffer.alloc(0))).toThrow(RangeError);
});
