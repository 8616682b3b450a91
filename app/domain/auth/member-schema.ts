/** People in an organisation: what is asked of the list, and what it answers. Client-safe. */
import { z } from "zod";
import { type MembershipId, parseId, type UserId } from "#db/ids.ts";
import { type Role, roles } from "./scopes.ts";

export const membershipIdSchema = z.custom<MembershipId>(
  (value) => parseId(value, "mem") !== undefined,
  "must be a member id (mem_…)",
);

export const roleSchema = z.enum(roles, { error: `must be one of ${roles.join(", ")}` });

export const memberListLimitMax = 100;

/** In order of name, onwards from a cursor. */
export const memberListSchema = z.strictObject({
  /** Words that the name or the address has. */
  search: z.string().trim().max(200).optional(),
  role: roleSchema.optional(),
  limit: z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(1).max(memberListLimitMax))
    .default(memberListLimitMax),
  cursor: z.string().min(1).max(1_000).optional(),
});
export type MemberListQuery = z.output<typeof memberListSchema> & {
  /** In place of a cursor: the page from 1, for people who go back and forth. */
  page?: number | undefined;
};

export const changeRoleSchema = z.strictObject({ role: roleSchema });
export type ChangeRole = z.output<typeof changeRoleSchema>;

export interface MemberView {
  id: MembershipId;
  userId: UserId;
  name: string;
  email: string;
  role: Role;
  joinedAt: string;
  /** Of the sessions that are remembered: null when the last one ended over a month ago, or there was none. */
  lastActiveAt: string | null;
}

export interface MemberList {
  members: MemberView[];
  pagination: {
    total: number;
    limit: number;
    /** Give it back as `cursor` for what follows; null on the last page. */
    nextCursor: string | null;
  };
}
