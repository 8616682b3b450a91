import { Check, Minus } from "lucide-react";
import {
  platformAdminScopes,
  type Role,
  roleNames,
  roles,
  type Scope,
  scopeMeanings,
  scopes,
  scopesOfRole,
} from "#app/domain/auth/scopes.ts";
import { cx } from "../primitives/cx.ts";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Cell, HeaderCell, Row, Table } from "../primitives/table.tsx";
import { useViewer } from "../shell/viewer.ts";
import { SettingsTabs } from "./settings-tabs.tsx";

/** The least first, so that each column has what the one before it has. */
const columns = roles.toReversed();
const rights = scopes.filter((scope) => !platformAdminScopes.includes(scope));

/** Who may do what: the table of rights that the server decides by. */
export function RolesPage() {
  const viewer = useViewer();
  return (
    <div className="mx-auto max-w-4xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <SettingsTabs here="roles" />
      <PageHeader
        title="Roles"
        description="What each role may do. A person has one role in an organisation; an API key has rights of its own, never more than its maker’s."
      />
      <Panel flush>
        <Table caption="Rights by role" head={<Head own={viewer?.role} />}>
          {rights.map((scope) => (
            <Row key={scope}>
              <Cell className="w-full">
                <Right scope={scope} />
              </Cell>
              {columns.map((role) => (
                <Cell key={role} className={cx("!px-2 text-center sm:!px-5", tintOf(role, viewer?.role))}>
                  <Has right={scopesOfRole[role].includes(scope)} />
                </Cell>
              ))}
            </Row>
          ))}
        </Table>
      </Panel>
      <Notice className="mt-6" title="Platform admins">
        Whoever runs this service can do more, in whichever organisation they are signed in to:{" "}
        {platformAdminScopes.map((scope) => scopeMeanings[scope].toLowerCase()).join("; ")}. No role and no
        key includes it.
      </Notice>
    </div>
  );
}

const tintOf = (role: Role, own: Role | undefined): string | false => role === own && "bg-accent-soft/40";

function Head({ own }: { own: Role | undefined }) {
  return (
    <>
      <HeaderCell>Right</HeaderCell>
      {columns.map((role) => (
        <HeaderCell key={role} className={cx("!px-2 !text-center sm:!px-5", tintOf(role, own))}>
          {roleNames[role]}
          {role === own && <span className="block font-normal text-accent-ink">You</span>}
        </HeaderCell>
      ))}
    </>
  );
}

function Right({ scope }: { scope: Scope }) {
  return (
    <>
      <span className="block text-ink">{scopeMeanings[scope]}</span>
      <code className="font-mono text-xs text-ink-muted">{scope}</code>
    </>
  );
}

function Has({ right }: { right: boolean }) {
  const Icon = right ? Check : Minus;
  return (
    <>
      <Icon
        aria-hidden="true"
        className={cx("mx-auto size-4", right ? "text-ok" : "text-ink-faint opacity-60")}
        strokeWidth={right ? 2.5 : 1.75}
      />
      <span className="sr-only">{right ? "yes" : "no"}</span>
    </>
  );
}
