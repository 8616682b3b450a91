CREATE TABLE "escalations" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"severity_rank" integer NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"holder_id" uuid,
	"taken_at" timestamp with time zone,
	"resolved_by" uuid,
	"resolved_at" timestamp with time zone,
	"resolution" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "escalations_pkey" PRIMARY KEY("tenant_id","message_id"),
	CONSTRAINT "escalations_state_check" CHECK ("escalations"."state" in ('open', 'taken', 'resolved')),
	CONSTRAINT "escalations_severity_check" CHECK ("escalations"."severity_rank" between 0 and 3),
	CONSTRAINT "escalations_resolution_check" CHECK (length("escalations"."resolution") <= 2000)
);
--> statement-breakpoint
CREATE TABLE "delivery_attempts" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"url" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"outcome" text NOT NULL,
	"status_code" integer,
	"error" text,
	"response_body" text,
	CONSTRAINT "delivery_attempts_pkey" PRIMARY KEY("tenant_id","message_id","id"),
	CONSTRAINT "delivery_attempts_outcome_check" CHECK ("delivery_attempts"."outcome" in ('delivered', 'failed')),
	CONSTRAINT "delivery_attempts_error_check" CHECK (length("delivery_attempts"."error") <= 500),
	CONSTRAINT "delivery_attempts_response_body_check" CHECK (length("delivery_attempts"."response_body") <= 2000)
);
--> statement-breakpoint
CREATE TABLE "endpoints" (
	"tenant_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"url" text NOT NULL,
	"secret" "bytea" NOT NULL,
	"previous_secret" "bytea",
	"previous_secret_until" timestamp with time zone,
	"status" text DEFAULT 'active' NOT NULL,
	"disabled_at" timestamp with time zone,
	"disabled_reason" text,
	"failures" integer DEFAULT 0 NOT NULL,
	"given_up" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"lease_id" uuid,
	"leased_until" timestamp with time zone,
	"last_attempt_at" timestamp with time zone,
	"last_success_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "endpoints_pkey" PRIMARY KEY("tenant_id","agent_id"),
	CONSTRAINT "endpoints_url_check" CHECK (length("endpoints"."url") between 1 and 2048),
	CONSTRAINT "endpoints_status_check" CHECK ("endpoints"."status" in ('active', 'disabled')),
	CONSTRAINT "endpoints_disabled_reason_check" CHECK ("endpoints"."disabled_reason" in ('person', 'gone', 'failing'))
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" uuid NOT NULL,
	"include_received" boolean DEFAULT false NOT NULL,
	"reason" text NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"cursor" uuid,
	"erased" bigint DEFAULT 0 NOT NULL,
	"held_back" bigint DEFAULT 0 NOT NULL,
	"requested_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "erasures_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "erasures_subject_kind_check" CHECK ("erasures"."subject_kind" in ('agent', 'member')),
	CONSTRAINT "erasures_state_check" CHECK ("erasures"."state" in ('waiting', 'running', 'done')),
	CONSTRAINT "erasures_reason_check" CHECK (length("erasures"."reason") between 1 and 500)
);
--> statement-breakpoint
CREATE TABLE "holds" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"message_id" uuid,
	"correlation_id" text,
	"reason" text NOT NULL,
	"placed_by" uuid,
	"placed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"released_by" uuid,
	"released_at" timestamp with time zone,
	CONSTRAINT "holds_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "holds_subject_check" CHECK (("holds"."message_id" is null) <> ("holds"."correlation_id" is null)),
	CONSTRAINT "holds_reason_check" CHECK (length("holds"."reason") between 1 and 500)
);
--> statement-breakpoint
CREATE TABLE "edge_rollups" (
	"tenant_id" uuid NOT NULL,
	"grain" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"sender_kind" text NOT NULL,
	"sender_id" uuid NOT NULL,
	"recipient_kind" text NOT NULL,
	"recipient_id" uuid NOT NULL,
	"sent" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"blocked" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"expired" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "edge_rollups_pkey" PRIMARY KEY("tenant_id","grain","at","sender_id","recipient_id"),
	CONSTRAINT "edge_rollups_grain_check" CHECK ("edge_rollups"."grain" in ('hour', 'day'))
);
--> statement-breakpoint
CREATE TABLE "traffic_deltas" (
	"tenant_id" uuid NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "traffic_deltas_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"deltas" jsonb NOT NULL,
	CONSTRAINT "traffic_deltas_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "traffic_rollups" (
	"tenant_id" uuid NOT NULL,
	"grain" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"type" text NOT NULL,
	"sent" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"blocked" bigint DEFAULT 0 NOT NULL,
	"failed" bigint DEFAULT 0 NOT NULL,
	"expired" bigint DEFAULT 0 NOT NULL,
	"latency_count" bigint DEFAULT 0 NOT NULL,
	"latency_total_ms" bigint DEFAULT 0 NOT NULL,
	"latency_buckets" integer[] DEFAULT '{}' NOT NULL,
	CONSTRAINT "traffic_rollups_pkey" PRIMARY KEY("tenant_id","grain","at","type"),
	CONSTRAINT "traffic_rollups_grain_check" CHECK ("traffic_rollups"."grain" in ('hour', 'day'))
);
--> statement-breakpoint
DROP INDEX "messages_escalation_idx";--> statement-breakpoint
ALTER TABLE "mailboxes" ADD COLUMN "read_through" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "erased_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "retention_days" integer DEFAULT 90;--> statement-breakpoint
ALTER TABLE "escalations" ADD CONSTRAINT "escalations_message_fkey" FOREIGN KEY ("tenant_id","message_id") REFERENCES "public"."messages"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "delivery_attempts" ADD CONSTRAINT "delivery_attempts_message_fkey" FOREIGN KEY ("tenant_id","message_id") REFERENCES "public"."messages"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_agent_fkey" FOREIGN KEY ("tenant_id","agent_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holds" ADD CONSTRAINT "holds_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "edge_rollups" ADD CONSTRAINT "edge_rollups_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "traffic_rollups" ADD CONSTRAINT "traffic_rollups_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "escalations_waiting_idx" ON "escalations" USING btree ("tenant_id","severity_rank","message_id") WHERE "escalations"."state" in ('open', 'taken');--> statement-breakpoint
CREATE INDEX "erasures_waiting_idx" ON "erasures" USING btree ("tenant_id","id") WHERE "erasures"."state" <> 'done';--> statement-breakpoint
CREATE UNIQUE INDEX "holds_message_key" ON "holds" USING btree ("tenant_id","message_id") WHERE "holds"."released_at" is null and "holds"."message_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "holds_conversation_key" ON "holds" USING btree ("tenant_id","correlation_id") WHERE "holds"."released_at" is null and "holds"."correlation_id" is not null;--> statement-breakpoint
CREATE INDEX "deliveries_push_idx" ON "deliveries" USING btree ("tenant_id","recipient_id","priority_rank","sequence") WHERE "deliveries"."status" in ('pending', 'sent');--> statement-breakpoint
CREATE INDEX "deliveries_leased_idx" ON "deliveries" USING btree ("tenant_id","message_id") WHERE "deliveries"."handling" = 'leased';--> statement-breakpoint
CREATE INDEX "deliveries_dead_idx" ON "deliveries" USING btree ("tenant_id","message_id") WHERE "deliveries"."handling" = 'dead';--> statement-breakpoint
CREATE INDEX "messages_type_idx" ON "messages" USING btree ("tenant_id","type","id");--> statement-breakpoint
CREATE INDEX "messages_recipient_idx" ON "messages" USING btree ("tenant_id","recipient_id","id");--> statement-breakpoint
CREATE INDEX "messages_priority_idx" ON "messages" USING btree ("tenant_id","priority","id") WHERE "messages"."priority" in ('urgent', 'high', 'low');--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_retention_days_check" CHECK ("tenants"."retention_days" in (30, 90, 365));--> statement-breakpoint
-- Deleting a membership empties these columns and leaves the tenant's; Drizzle cannot say so.
ALTER TABLE public.escalations
  ADD CONSTRAINT escalations_holder_fkey FOREIGN KEY (tenant_id, holder_id)
    REFERENCES public.memberships (tenant_id, id) ON DELETE SET NULL (holder_id),
  ADD CONSTRAINT escalations_resolved_by_fkey FOREIGN KEY (tenant_id, resolved_by)
    REFERENCES public.memberships (tenant_id, id) ON DELETE SET NULL (resolved_by);
--> statement-breakpoint
-- A tenant table's four things (0001_security.sql).
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'endpoints', 'delivery_attempts', 'escalations', 'traffic_deltas', 'traffic_rollups', 'edge_rollups', 'holds',
    'erasures'
  ] LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY %I ON public.%I TO CURRENT_USER USING (true) WITH CHECK (true)', name || '_owner', name);
    EXECUTE format('CREATE POLICY %I ON public.%I TO signalbox_system USING (true) WITH CHECK (true)', name || '_system', name);
    EXECUTE format(
      'CREATE POLICY %I ON public.%I TO signalbox_tenant
         USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
      name || '_tenant', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO signalbox_system', name);
  END LOOP;
END
$$;
--> statement-breakpoint
-- The tenant login may set an endpoint's secret and never read it.
GRANT SELECT (tenant_id, agent_id, url, previous_secret_until, status, disabled_at, disabled_reason, failures,
  given_up, next_attempt_at, leased_until, last_attempt_at, last_success_at, created_at, updated_at),
  INSERT, UPDATE, DELETE ON public.endpoints TO signalbox_tenant;
GRANT SELECT ON public.delivery_attempts, public.traffic_rollups, public.edge_rollups TO signalbox_tenant;
GRANT SELECT, INSERT, UPDATE ON public.escalations, public.holds, public.erasures TO signalbox_tenant;
GRANT SELECT, INSERT ON public.traffic_deltas TO signalbox_tenant;
GRANT UPDATE (retention_days) ON public.tenants TO signalbox_tenant;
-- It was for SELECT; what may be written, the grants say.
DROP POLICY tenants_tenant ON public.tenants;
CREATE POLICY tenants_tenant ON public.tenants TO signalbox_tenant
  USING (id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (id = nullif(current_setting('app.tenant_id', true), '')::uuid);
-- Rows that are updated in place over and over.
ALTER TABLE public.endpoints SET (fillfactor = 50);
ALTER TABLE public.traffic_rollups SET (fillfactor = 70);
ALTER TABLE public.edge_rollups SET (fillfactor = 70);
-- A queue: what the job has folded in is deleted soon.
ALTER TABLE public.traffic_deltas SET (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 2000);
--> statement-breakpoint
-- What is there already: the escalations that wait, and the figures so far.
INSERT INTO public.escalations (tenant_id, message_id, severity_rank, created_at)
SELECT message.tenant_id, message.id,
  coalesce(array_position(ARRAY['critical', 'high', 'medium', 'low'], message.payload ->> 'severity'), 4) - 1,
  message.created_at
FROM public.messages message
WHERE message.type = 'escalation' AND message.recipient_kind = 'desk' AND message.sequence IS NOT NULL;
--> statement-breakpoint
INSERT INTO public.edge_rollups (
  tenant_id, grain, at, sender_kind, sender_id, recipient_kind, recipient_id, sent, delivered, blocked, failed, expired)
SELECT message.tenant_id, grain.name,
  date_trunc(grain.name, message.created_at at time zone 'utc') at time zone 'utc',
  message.sender_kind, message.sender_id, message.recipient_kind, message.recipient_id,
  count(*), count(*) FILTER (WHERE delivery.status = 'delivered'), count(*) FILTER (WHERE delivery.status = 'blocked'),
  count(*) FILTER (WHERE delivery.status = 'failed'), count(*) FILTER (WHERE delivery.status = 'expired')
FROM public.messages message
JOIN public.deliveries delivery ON delivery.tenant_id = message.tenant_id AND delivery.message_id = message.id
CROSS JOIN (VALUES ('hour'), ('day')) AS grain (name)
GROUP BY 1, 2, 3, 4, 5, 6, 7;
--> statement-breakpoint
INSERT INTO public.traffic_rollups (tenant_id, grain, at, type, sent, delivered, blocked, failed, expired)
SELECT message.tenant_id, grain.name,
  date_trunc(grain.name, message.created_at at time zone 'utc') at time zone 'utc', message.type,
  count(*), count(*) FILTER (WHERE delivery.status = 'delivered'), count(*) FILTER (WHERE delivery.status = 'blocked'),
  count(*) FILTER (WHERE delivery.status = 'failed'), count(*) FILTER (WHERE delivery.status = 'expired')
FROM public.messages message
JOIN public.deliveries delivery ON delivery.tenant_id = message.tenant_id AND delivery.message_id = message.id
CROSS JOIN (VALUES ('hour'), ('day')) AS grain (name)
GROUP BY 1, 2, 3, 4;
