import type { TenantDetail } from "#app/domain/platform/schema.ts";
import { auditHref } from "../audit/audit-href.ts";
import { OutcomeNotice } from "../outcome-notice.tsx";
import { Badge } from "../primitives/badge.tsx";
import { ButtonLink } from "../primitives/button.tsx";
import { CodeId } from "../primitives/code-id.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { formatCount } from "../primitives/format.ts";
import { Notice } from "../primitives/notice.tsx";
import { PageHeader } from "../primitives/page-header.tsx";
import { Panel } from "../primitives/panel.tsx";
import { ExactTime, RelativeTime } from "../primitives/relative-time.tsx";
import { PlanPanel } from "./plan-panel.tsx";
import { SuspendControl } from "./suspend-control.tsx";
import { TenantStatusBadge } from "./tenant-status-badge.tsx";

interface TenantPageProps {
  tenant: TenantDetail;
  /** What a form without JavaScript was answered. */
  answer: unknown;
}

/** One organisation, as those who run the service see it. */
export function TenantPage({ tenant, answer }: TenantPageProps) {
  const { suspendedAt, suspendedReason, isSystem } = tenant;
  return (
    <div className="mx-auto max-w-5xl px-4 py-6 sm:px-6 lg:px-8 lg:py-8">
      <PageHeader
        title={
          <>
            {tenant.name}
            {isSystem ? <Badge>The service itself</Badge> : <TenantStatusBadge status={tenant.status} />}
          </>
        }
        description={
          isSystem
            ? "The reserved tenant of the service. It can be neither suspended nor changed."
            : undefined
        }
        actions={
          <>
            <ButtonLink to={auditHref("/admin/audit", { tenantId: tenant.id })}>Audit trail</ButtonLink>
            {!isSystem && <SuspendControl tenant={tenant} />}
          </>
        }
      />
      <OutcomeNotice answer={answer} />
      {suspendedAt !== null && (
        <Notice tone="bad" title="Suspended" className="mb-6">
          Since <ExactTime at={suspendedAt} />: {suspendedReason}
        </Notice>
      )}
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <Panel title="About">
          <Facts>
            <Fact name="Id">
              <CodeId id={tenant.id} label="Copy tenant id" />
            </Fact>
            <Fact name="Short name">{tenant.slug}</Fact>
            <Fact name="Created">
              <ExactTime at={tenant.createdAt} />
            </Fact>
            <Fact name="Keeps messages">
              {tenant.retentionDays === null ? "Forever" : `${tenant.retentionDays} days`}
            </Fact>
            <Fact name="Admins">
              {tenant.admins.length === 0 ? (
                "None"
              ) : (
                <ul className="space-y-1">
                  {tenant.admins.map(({ name, email }) => (
                    <li key={email}>
                      {name}{" "}
                      <a
                        href={`mailto:${email}`}
                        className="underline decoration-line-strong underline-offset-2 hover:decoration-current"
                      >
                        {email}
                      </a>
                    </li>
                  ))}
                </ul>
              )}
            </Fact>
          </Facts>
        </Panel>
        <div className="space-y-6">
          <Panel title="Use">
            <Facts>
              <Fact name="Messages">
                <ul className="tabular space-y-1">
                  <li>{formatCount(tenant.messages24h)} in 24 hours</li>
                  <li>{formatCount(tenant.messages7d)} in 7 days</li>
                  <li>{formatCount(tenant.messages30d)} in 30 days</li>
                </ul>
              </Fact>
              <Fact name="Agents">{formatCount(tenant.agents)}</Fact>
              <Fact name="API keys in use">{formatCount(tenant.activeKeys)}</Fact>
              <Fact name="Members">{formatCount(tenant.members)}</Fact>
              <Fact name="Sessions open">{formatCount(tenant.openSessions)}</Fact>
              <Fact name="Last sign-in">
                {tenant.lastSignInAt === null ? "Never" : <RelativeTime at={tenant.lastSignInAt} />}
              </Fact>
            </Facts>
          </Panel>
          {!isSystem && <PlanPanel tenant={tenant} />}
        </div>
      </div>
    </div>
  );
}
