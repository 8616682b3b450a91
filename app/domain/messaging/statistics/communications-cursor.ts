import { z } from "zod";
import { invalidInput } from "../../errors.ts";

/** Where a list of an agent's peers stopped: in order of how much was exchanged, then of id. */
export interface CommunicationsPlace {
  volume: number;
  peerUuid: string;
}

const placeSchema = z.tuple([z.int().min(0), z.uuid()]);

export const encodePlace = ({ volume, peerUuid }: CommunicationsPlace): string =>
  Buffer.from(JSON.stringify([volume, peerUuid])).toString("base64url");

/** @throws AppError invalid_input for a cursor that cannot be one of ours. */
export function decodePlace(cursor: string): CommunicationsPlace {
  const broken = () => invalidInput("query.cursor", "is not a cursor that this list gave");
  try {
    const [volume, peerUuid] = placeSchema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
    if (encodePlace({ volume, peerUuid }) !== cursor) throw broken();
    return { volume, peerUuid };
  } catch {
    throw broken();
  }
}
