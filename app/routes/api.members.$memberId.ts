import { z } from "zod";
import { changeRole } from "#app/domain/auth/change-role.server.ts";
import { readMember } from "#app/domain/auth/list-members.server.ts";
import { changeRoleSchema, membershipIdSchema } from "#app/domain/auth/member-schema.ts";
import { removeMember } from "#app/domain/auth/remove-member.server.ts";
import { api } from "#app/http/api-route.server.ts";

const params = z.object({ memberId: membershipIdSchema });

const route = api({
  GET: {
    scope: "members:read",
    params,
    handler: ({ db, actor, params: { memberId } }) => readMember(db, actor, memberId),
  },
  PATCH: {
    scope: "members:write",
    params,
    body: changeRoleSchema,
    handler: ({ db, actor, params: { memberId }, body, request }) =>
      changeRole(db, actor, memberId, body, request),
  },
  DELETE: {
    scope: "members:write",
    params,
    handler: ({ db, actor, params: { memberId }, request }) => removeMember(db, actor, memberId, request),
  },
});

export const loader = route.loader;
export const action = route.action;
