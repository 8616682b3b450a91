import { randomUUID } from "node:crypto";
import { TypeID } from "typeid-js";
import { expect, test } from "vitest";
import { idPrefixes, newUuid, parseId, SYSTEM_TENANT_UUID, toTypeId, toUuid } from "#db/ids.ts";

const uuids = [
  SYSTEM_TENANT_UUID,
  "00000000-0000-0000-0000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ...Array.from({ length: 500 }, () => randomUUID()),
  ...Array.from({ length: 500 }, () => newUuid()),
];

test("ids are what the reference implementation makes of a UUID, and turn back into it", () => {
  for (const [index, uuid] of uuids.entries()) {
    const prefix = idPrefixes[index % idPrefixes.length] ?? "msg";
    const id = toTypeId(prefix, uuid);
    expect(id).toBe(TypeID.fromUUID(prefix, uuid).toString());
    expect(toUuid(id)).toBe(uuid);
    expect(parseId(id, prefix)).toBe(id);
  }
});

test("ids of the specification's examples", () => {
  expect(toUuid("usr_00000000000000000000000000")).toBe("00000000-0000-0000-0000-000000000000");
  expect(toTypeId("usr", "01890a5d-ac96-774b-bcce-b302099a8057")).toBe("usr_01h455vb4pex5vsknk084sn02q");
  expect(toTypeId("usr", "01890A5D-AC96-774B-BCCE-B302099A8057")).toBe("usr_01h455vb4pex5vsknk084sn02q");
});

test("what is no UUID or no id is refused", () => {
  for (const bad of [
    "",
    "01890a5d-ac96-774b-bcce-b302099a805",
    "01890a5d-ac96-774b-bcce-b302099a80570",
    "01890a5dac96774bbcceb302099a8057",
    "01890a5d-ac96-774b-bcce-b302099a805g",
    "01890a5da-c96-774b-bcce-b302099a8057",
    "01890a5d-ac96-774b-bcce-b302099a805é",
  ])
    expect(() => toTypeId("agt", bad), bad).toThrow(TypeError);
  for (const bad of [
    "agt_",
    "agt_8zzzzzzzzzzzzzzzzzzzzzzzzz",
    "agt_01h455vb4pex5vsknk084sn02",
    "agt_01h455vb4pex5vsknk084sn02i",
  ] as const) {
    expect(() => toUuid(bad), bad).toThrow(TypeError);
    expect(parseId(bad, "agt"), bad).toBeUndefined();
  }
});
