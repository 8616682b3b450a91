import { Link, useNavigate } from "@remix-run/react";
import { SearchX } from "lucide-react";
import type { InvitationView } from "#app/domain/auth/invitation-schema.ts";
import type { MemberList, MemberView } from "#app/domain/auth/member-schema.ts";
import { roleNames, roles } from "#app/domain/auth/scopes.ts";
import type { SessionView } from "#app/domain/auth/session-schema.ts";
import { Avatar } from "../primitives/avatar.tsx";
import { Badge } from "../primitives/badge.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { EmptyState } from "../primitives/empty-state.tsx";
import { FilterBar, FilterSearch, FilterSelect } from "../primitives/filter-bar.tsx";
import { formatCount } from "../primitives/format.ts";
import { PageHeader } from "../primitives/page-header.tsx";
import { Pagination } from "../primitives/pagination.tsx";
import { Panel } from "../primitives/panel.tsx";
import { RelativeTime } from "../primitives/relative-time.tsx";
import { Cell, HeaderCell, Row, rowLink, Table } from "../primitives/table.tsx";
import { SettingsTabs } from "../settings/settings-tabs.tsx";
import { useOutcomeToast } from "../use-outcome-toast.ts";
import { InvitationsPanel } from "./invitations-panel.tsx";
import { MemberDetail } from "./member-detail.tsx";
import { MemberDrawer } from "./member-drawer.tsx";
import { type MembersPlace, membersHref, membersPath } from "./members-path.ts";

interface MembersPageProps {
  list: MemberList;
  /** Filters, page, and whose drawer is open. */
  place: MembersPlace;
  /** Which of the members is looking. */
  viewerId: string;
  /** Undefined for those who may only look, and where nobody is chosen or there is no such member. */
  chosen: { member: MemberView; sessions: SessionView[] } | undefined;
  mayManage: boolean;
  /** Open ones; undefined for those who may not send any. */
  invitations: InvitationView[] | undefined;
  /** What a form without JavaScript was answered. */
  answer: unknown;
}

/** Who belongs to the organisation, and for its admins what can be done about it. */
export function MembersPage({
  list,
  place,
  viewerId,
  chosen,
  mayManage,
  invitations,
  answer,
}: MembersPageProps) {
  useOutcomeToast(answer);
  const navigate = useNavigate();
  const { total, limit } = list.pagination;
  const { search, role, page = 1 } = place;
  const isFiltered = search !== undefined || role !== undefined;
  const here = { ...place, member: undefined };
  return (
    <div className="mx-auto max-w-5xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <SettingsTabs here="members" />
      <PageHeader
        title="Members"
        description={
          mayManage
            ? "The people of your organisation, their roles and their sessions."
            : "The people of your organisation. Its admins can invite others and change roles."
        }
      />
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <FilterBar label="Filter members" clearHref={isFiltered ? membersPath : undefined}>
          <FilterSearch name="search" label="Search members" value={search} />
          <FilterSelect
            name="role"
            label="Role"
            any="Any role"
            options={roles.map((value) => ({ value, label: roleNames[value] }))}
            value={role}
            className="max-sm:flex-1"
          />
        </FilterBar>
        <p role="status" className="tabular text-sm text-ink-muted">
          {formatCount(total)} {total === 1 ? "member" : "members"}
        </p>
      </div>
      <Panel flush>
        {list.members.length > 0 ? (
          <Table caption="Members" head={<Head />}>
            {list.members.map((member) => (
              <MemberRow
                key={member.id}
                member={member}
                isYou={member.id === viewerId}
                href={mayManage ? membersHref({ ...here, member: member.id }) : undefined}
              />
            ))}
          </Table>
        ) : (
          <EmptyState
            icon={SearchX}
            title="No member matches"
            action={<ButtonLink to={membersPath}>Clear the filters</ButtonLink>}
          >
            Names and e-mail addresses are searched.
          </EmptyState>
        )}
        {total > limit && (
          <div className="border-t sm:px-1">
            <Pagination
              page={page}
              limit={limit}
              total={total}
              noun="members"
              labels={["Previous page", "Next page"]}
              hrefOf={(to) => membersHref({ ...here, page: to })}
            />
          </div>
        )}
      </Panel>
      {invitations && <InvitationsPanel invitations={invitations} answer={answer} />}
      {mayManage && (
        <MemberDrawer
          isOpen={place.member !== undefined}
          chosen={chosen}
          viewerId={viewerId}
          onClose={() => navigate(membersHref(here), { preventScrollReset: true })}
        />
      )}
      {chosen && (
        <noscript>
          <Panel title={chosen.member.name} className="mt-6">
            <MemberDetail {...chosen} isYou={chosen.member.id === viewerId} />
          </Panel>
        </noscript>
      )}
    </div>
  );
}

function Head() {
  return (
    <>
      <HeaderCell>Name</HeaderCell>
      <HeaderCell className="max-sm:text-right">Role</HeaderCell>
      <HeaderCell className="hidden md:table-cell">Joined</HeaderCell>
      <HeaderCell className="hidden sm:table-cell">Last active</HeaderCell>
    </>
  );
}

interface MemberRowProps {
  member: MemberView;
  isYou: boolean;
  /** Where more can be done about them; undefined for those who may not. */
  href: string | undefined;
}

function MemberRow({ member, isYou, href }: MemberRowProps) {
  const { name, email, role, joinedAt, lastActiveAt } = member;
  return (
    <Row>
      <Cell className="w-full max-w-0">
        <div className="flex items-center gap-3">
          <Avatar name={name} round />
          <div className="min-w-0">
            <p className="flex items-center gap-2">
              {href === undefined ? (
                <span className="truncate font-medium text-ink">{name}</span>
              ) : (
                <Link to={href} preventScrollReset {...rowLink} className={`truncate ${rowLink.className}`}>
                  {name}
                </Link>
              )}
              {isYou && <Badge tone="accent">You</Badge>}
            </p>
            <p className="truncate text-xs">{email}</p>
          </div>
        </div>
      </Cell>
      <Cell className="whitespace-nowrap text-ink max-sm:text-right">{roleNames[role]}</Cell>
      <Cell className="hidden whitespace-nowrap md:table-cell">
        <RelativeTime at={joinedAt} />
      </Cell>
      <Cell className="hidden whitespace-nowrap sm:table-cell">
        {lastActiveAt === null ? (
          <span className="text-ink-faint">not lately</span>
        ) : (
          <RelativeTime at={lastActiveAt} />
        )}
      </Cell>
    </Row>
  );
}
