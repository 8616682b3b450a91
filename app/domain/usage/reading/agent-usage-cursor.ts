import { z } from "zod";
import { invalidInput } from "../../errors.ts";
import { type AgentUsageSort, agentUsageSorts } from "./schema.ts";

/** Where a list of agents' usage stopped: in order of a name or a figure, then of the agent's id. */
export interface AgentUsagePlace {
  sort: AgentUsageSort;
  order: "asc" | "desc";
  value: string | number;
  agentUuid: string;
}

const placeSchema = z.tuple([
  z.enum(agentUsageSorts),
  z.enum(["asc", "desc"]),
  z.union([z.int().min(0), z.string().max(400)]),
  z.uuid(),
]);

export const encodeAgentUsagePlace = ({ sort, order, value, agentUuid }: AgentUsagePlace): string =>
  Buffer.from(JSON.stringify([sort, order, value, agentUuid])).toString("base64url");

/** @throws AppError invalid_input for a cursor that cannot be one of a list in this order. */
export function decodeAgentUsagePlace(
  cursor: string,
  asked: Pick<AgentUsagePlace, "sort" | "order">,
): AgentUsagePlace {
  const broken = () => invalidInput("query.cursor", "is not a cursor that this list gave");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(cursor, "base64url"));
    const [sort, order, value, agentUuid] = placeSchema.parse(JSON.parse(text));
    const place = { sort, order, value, agentUuid };
    const isWhole =
      typeof value === (sort === "name" ? "string" : "number") && !/\0|\p{Surrogate}/u.test(String(value));
    if (!isWhole || sort !== asked.sort || order !== asked.order || encodeAgentUsagePlace(place) !== cursor)
      throw broken();
    return place;
  } catch {
    throw broken();
  }
}
