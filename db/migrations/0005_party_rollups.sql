CREATE TABLE "party_rollups" (
	"tenant_id" uuid NOT NULL,
	"grain" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"direction" text NOT NULL,
	"party_kind" text NOT NULL,
	"party_id" uuid NOT NULL,
	"sent" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"blocked" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"expired" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "party_rollups_pkey" PRIMARY KEY("tenant_id","grain","at","direction","party_id"),
	CONSTRAINT "party_rollups_grain_check" CHECK ("party_rollups"."grain" in ('hour', 'day', 'week')),
	CONSTRAINT "party_rollups_direction_check" CHECK ("party_rollups"."direction" in ('sent', 'received'))
);
--> statement-breakpoint
ALTER TABLE "traffic_deltas" ADD COLUMN "created_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "party_rollups" ADD CONSTRAINT "party_rollups_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "edge_rollups_sender_idx" ON "edge_rollups" USING btree ("tenant_id","sender_id","grain","at");--> statement-breakpoint
CREATE INDEX "edge_rollups_recipient_idx" ON "edge_rollups" USING btree ("tenant_id","recipient_id","grain","at");--> statement-breakpoint
-- A tenant table's four things (0001_security.sql).
ALTER TABLE public.party_rollups ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.party_rollups FORCE ROW LEVEL SECURITY;
CREATE POLICY party_rollups_owner ON public.party_rollups TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY party_rollups_system ON public.party_rollups TO signalbox_system USING (true) WITH CHECK (true);
CREATE POLICY party_rollups_tenant ON public.party_rollups TO signalbox_tenant
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON public.party_rollups TO signalbox_system;
GRANT SELECT ON public.party_rollups TO signalbox_tenant;
-- Rows that are updated in place over and over.
ALTER TABLE public.party_rollups SET (fillfactor = 70);
--> statement-breakpoint
-- The figures so far. What still waits in traffic_deltas is folded into all three.
INSERT INTO public.party_rollups (
  tenant_id, grain, at, direction, party_kind, party_id, sent, delivered, blocked, failed, expired)
SELECT edge.tenant_id, edge.grain, edge.at, side.direction, side.kind, side.id,
  sum(edge.sent), sum(edge.delivered), sum(edge.blocked), sum(edge.failed), sum(edge.expired)
FROM public.edge_rollups edge
CROSS JOIN LATERAL (VALUES
  ('sent', edge.sender_kind, edge.sender_id), ('received', edge.recipient_kind, edge.recipient_id)
) AS side (direction, kind, id)
GROUP BY 1, 2, 3, 4, 5, 6;
--> statement-breakpoint
INSERT INTO public.party_rollups (
  tenant_id, grain, at, direction, party_kind, party_id, sent, delivered, blocked, failed, expired)
SELECT tenant_id, 'week', date_trunc('week', at, 'UTC'), direction, party_kind, party_id,
  sum(sent), sum(delivered), sum(blocked), sum(failed), sum(expired)
FROM public.party_rollups
WHERE grain = 'day'
GROUP BY 1, 3, 4, 5, 6;
