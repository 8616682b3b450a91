import type { MemberListQuery } from "#app/domain/auth/member-schema.ts";

export const membersPath = "/dashboard/settings/members";

export interface MembersPlace extends Pick<MemberListQuery, "search" | "role"> {
  page?: number | undefined;
  /** Whose drawer is open. */
  member?: string | undefined;
}

/** The page at a place of its list; keeps the filters. */
export function membersHref({ search, role, page = 1, member }: MembersPlace): string {
  const query = new URLSearchParams();
  if (search) query.set("search", search);
  if (role) query.set("role", role);
  if (page > 1) query.set("page", String(page));
  if (member) query.set("member", member);
  const text = query.toString();
  return text === "" ? membersPath : `${membersPath}?${text}`;
}
