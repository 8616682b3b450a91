import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { changeRole } from "#app/domain/auth/change-role.server.ts";
import { endListedSession } from "#app/domain/auth/end-listed-sessions.server.ts";
import { invitationIdSchema, inviteSchema } from "#app/domain/auth/invitation-schema.ts";
import { invitePerson } from "#app/domain/auth/invite-person.server.ts";
import { listInvitations } from "#app/domain/auth/list-invitations.server.ts";
import { findMember, listMembers } from "#app/domain/auth/list-members.server.ts";
import { listMemberSessions } from "#app/domain/auth/list-sessions.server.ts";
import { memberListSchema, membershipIdSchema, roleSchema } from "#app/domain/auth/member-schema.ts";
import { removeMember } from "#app/domain/auth/remove-member.server.ts";
import { resendInvitation } from "#app/domain/auth/resend-invitation.server.ts";
import { revokeInvitation } from "#app/domain/auth/revoke-invitation.server.ts";
import { roleNames } from "#app/domain/auth/scopes.ts";
import { sessionIdSchema } from "#app/domain/auth/session-schema.ts";
import { orEmpty } from "#app/http/or-empty.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { MembersPage } from "#app/ui/members/members-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Members · Signalbox" }];

export const handle = placeOf({ here: () => "Members" });

const limit = 50;
/** Deeper pages cost what they skip; who has more members searches. */
const lastPage = 200;

const { search, role } = memberListSchema.shape;

/** Everybody sees who is there; what can be done about a member, admins see. */
export const loader = pageLoader({
  scope: "members:read",
  query: z.object({
    search: orEmpty(search),
    role: orEmpty(role),
    page: orEmpty(
      z
        .string()
        .regex(/^[1-9]\d{0,3}$/, "must be a page number")
        .transform(Number)
        .pipe(z.number().max(lastPage)),
    ),
    member: orEmpty(membershipIdSchema),
  }),
  handler: async ({ db, actor, request, query: place }) => {
    const mayManage = actor.scopes.has("members:write");
    const [list, invitations, member] = await Promise.all([
      listMembers(db, actor, { limit, page: place.page, search: place.search, role: place.role }),
      mayManage ? listInvitations(db, actor) : undefined,
      mayManage && place.member !== undefined ? findMember(db, actor, place.member) : undefined,
    ]);
    const chosen = member && { member, sessions: await listMemberSessions(db, actor, member.id, request) };
    return { list, place, chosen, mayManage, invitations, viewerId: actor.membershipId };
  },
});

export const action = pageAction({
  scope: "members:write",
  form: z.discriminatedUnion("intent", [
    z.strictObject({ intent: z.literal("role"), memberId: membershipIdSchema, role: roleSchema }),
    z.strictObject({ intent: z.literal("remove"), memberId: membershipIdSchema }),
    z.strictObject({ intent: z.literal("revoke-session"), sessionId: sessionIdSchema }),
    inviteSchema.extend({ intent: z.literal("invite") }),
    z.strictObject({ intent: z.literal("resend"), invitationId: invitationIdSchema }),
    z.strictObject({ intent: z.literal("revoke-invitation"), invitationId: invitationIdSchema }),
  ]),
  handler: async ({ runtime, db, actor, form, request }) => {
    const { linkTokens } = runtime.mail;
    switch (form.intent) {
      case "role": {
        const { name } = await changeRole(db, actor, form.memberId, { role: form.role }, request);
        return { done: `${name} has the role ${roleNames[form.role]} now` };
      }
      case "remove":
        await removeMember(db, actor, form.memberId, request);
        return { done: "Membership ended" };
      case "revoke-session":
        await endListedSession(db, actor, form.sessionId, request);
        return { done: "Session revoked" };
      case "invite": {
        const { email, role } = form;
        await invitePerson({ db, linkTokens }, actor, { email, role }, request);
        return { done: `Invitation sent to ${email}` };
      }
      case "resend": {
        const { email } = await resendInvitation({ db, linkTokens }, actor, form.invitationId, request);
        return { done: `Sent again to ${email}` };
      }
      case "revoke-invitation":
        await revokeInvitation(db, actor, form.invitationId, request);
        return { done: "Invitation revoked" };
    }
  },
});

export default function Members() {
  return <MembersPage {...useLoaderData<typeof loader>()} answer={useActionData<typeof action>()} />;
}
