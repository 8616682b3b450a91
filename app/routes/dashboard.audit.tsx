import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { loadAuditPage } from "#app/http/audit-page.server.ts";
import { auditFilterQuery, auditPlaceQuery } from "#app/http/audit-page-query.server.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { AuditPage } from "#app/ui/audit/audit-page.tsx";

export const meta: MetaFunction = () => [{ title: "Audit · Signalbox" }];

export const loader = pageLoader({
  scope: "activity:read",
  query: z.object({ ...auditFilterQuery, ...auditPlaceQuery }),
  handler: ({ db, actor, request, query: { cursor, newerThan, ...filters } }) =>
    loadAuditPage(db, actor, { filters, place: { cursor, newerThan }, request }),
});

export default function Audit() {
  return <AuditPage base="/dashboard/audit" {...useLoaderData<typeof loader>()} />;
}
