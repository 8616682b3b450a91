CREATE TABLE "alert_channels" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"min_severity" text DEFAULT 'info' NOT NULL,
	"rule_kinds" text[],
	"tells_end" boolean DEFAULT true NOT NULL,
	"url" text,
	"addresses" text[] DEFAULT '{}' NOT NULL,
	"to_admins" boolean DEFAULT false NOT NULL,
	"secret" "bytea",
	"previous_secret" "bytea",
	"previous_secret_until" timestamp with time zone,
	"hint" text,
	"status" text DEFAULT 'active' NOT NULL,
	"disabled_at" timestamp with time zone,
	"disabled_reason" text,
	"failures" integer DEFAULT 0 NOT NULL,
	"failing_since" timestamp with time zone,
	"last_error" text,
	"last_success_at" timestamp with time zone,
	"next_attempt_at" timestamp with time zone,
	"lease_id" uuid,
	"leased_until" timestamp with time zone,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "alert_channels_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "alert_channels_kind_check" CHECK ("alert_channels"."kind" in ('email', 'webhook', 'slack', 'pagerduty')),
	CONSTRAINT "alert_channels_name_check" CHECK (length("alert_channels"."name") between 1 and 100),
	CONSTRAINT "alert_channels_severity_check" CHECK ("alert_channels"."min_severity" in ('info', 'warning', 'critical')),
	CONSTRAINT "alert_channels_url_check" CHECK (length("alert_channels"."url") between 1 and 2048),
	CONSTRAINT "alert_channels_addresses_check" CHECK (cardinality("alert_channels"."addresses") <= 20),
	CONSTRAINT "alert_channels_status_check" CHECK ("alert_channels"."status" in ('active', 'disabled')),
	CONSTRAINT "alert_channels_disabled_reason_check" CHECK ("alert_channels"."disabled_reason" in ('person', 'gone', 'failing')),
	CONSTRAINT "alert_channels_last_error_check" CHECK (length("alert_channels"."last_error") <= 500)
);
--> statement-breakpoint
CREATE TABLE "alert_deliveries" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel_id" uuid NOT NULL,
	"alert_id" uuid,
	"reason" text NOT NULL,
	"content" jsonb NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp with time zone,
	CONSTRAINT "alert_deliveries_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "alert_deliveries_reason_check" CHECK ("alert_deliveries"."reason" in ('opened', 'again', 'escalated', 'reopened', 'unsnoozed', 'acknowledged', 'resolved', 'test')),
	CONSTRAINT "alert_deliveries_status_check" CHECK ("alert_deliveries"."status" in ('pending', 'delivered', 'failed', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "alert_delivery_attempts" (
	"tenant_id" uuid NOT NULL,
	"delivery_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"target" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"outcome" text NOT NULL,
	"status_code" integer,
	"error" text,
	"response_body" text,
	CONSTRAINT "alert_delivery_attempts_pkey" PRIMARY KEY("tenant_id","delivery_id","id"),
	CONSTRAINT "alert_delivery_attempts_outcome_check" CHECK ("alert_delivery_attempts"."outcome" in ('delivered', 'failed')),
	CONSTRAINT "alert_delivery_attempts_error_check" CHECK (length("alert_delivery_attempts"."error") <= 500),
	CONSTRAINT "alert_delivery_attempts_response_body_check" CHECK (length("alert_delivery_attempts"."response_body") <= 2000)
);
--> statement-breakpoint
CREATE TABLE "alert_cursor" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"generation" smallint DEFAULT 0 NOT NULL,
	"xid" "xid8" DEFAULT '0' NOT NULL,
	"event_id" uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL,
	"moved_at" timestamp with time zone,
	"pulsed_at" timestamp with time zone,
	"swept_at" timestamp with time zone,
	CONSTRAINT "alert_cursor_only_row_check" CHECK ("alert_cursor"."only_row")
);
--> statement-breakpoint
CREATE TABLE "alert_entries" (
	"tenant_id" uuid NOT NULL,
	"alert_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"kind" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text,
	"actor_name" text,
	"text" text,
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "alert_entries_pkey" PRIMARY KEY("tenant_id","alert_id","id"),
	CONSTRAINT "alert_entries_kind_check" CHECK ("alert_entries"."kind" in ('opened', 'told', 'escalated', 'reopened', 'acknowledged', 'unacknowledged', 'snoozed', 'unsnoozed', 'note', 'action', 'resolved')),
	CONSTRAINT "alert_entries_text_check" CHECK (length("alert_entries"."text") <= 2000)
);
--> statement-breakpoint
CREATE TABLE "alert_events" (
	"tenant_id" uuid NOT NULL,
	"alert_id" uuid NOT NULL,
	"event_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	CONSTRAINT "alert_events_pkey" PRIMARY KEY("tenant_id","alert_id","event_id")
);
--> statement-breakpoint
CREATE TABLE "alert_hits" (
	"tenant_id" uuid NOT NULL,
	"rule_id" uuid NOT NULL,
	"key" text NOT NULL,
	"occurrence" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"event_id" uuid,
	"weight" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "alert_hits_pkey" PRIMARY KEY("tenant_id","rule_id","key","occurrence"),
	CONSTRAINT "alert_hits_key_check" CHECK (length("alert_hits"."key") <= 300),
	CONSTRAINT "alert_hits_weight_check" CHECK ("alert_hits"."weight" > 0)
);
--> statement-breakpoint
CREATE TABLE "alert_preferences" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"min_severity" text DEFAULT 'info' NOT NULL,
	"muted_kinds" text[] DEFAULT '{}' NOT NULL,
	"read_through" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "alert_preferences_pkey" PRIMARY KEY("tenant_id","user_id"),
	CONSTRAINT "alert_preferences_severity_check" CHECK ("alert_preferences"."min_severity" in ('info', 'warning', 'critical'))
);
--> statement-breakpoint
CREATE TABLE "alert_reads" (
	"tenant_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"alert_id" uuid NOT NULL,
	"read_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "alert_reads_pkey" PRIMARY KEY("tenant_id","alert_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "alert_rules" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"built_in" boolean DEFAULT false NOT NULL,
	"name" text,
	"agent_id" uuid,
	"enabled" boolean DEFAULT true NOT NULL,
	"severity" text NOT NULL,
	"threshold" integer NOT NULL,
	"window_seconds" integer NOT NULL,
	"cooldown_seconds" integer DEFAULT 3600 NOT NULL,
	"channel_ids" uuid[],
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone,
	CONSTRAINT "alert_rules_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "alert_rules_severity_check" CHECK ("alert_rules"."severity" in ('info', 'warning', 'critical')),
	CONSTRAINT "alert_rules_threshold_check" CHECK ("alert_rules"."threshold" between 1 and 1000000),
	CONSTRAINT "alert_rules_window_check" CHECK ("alert_rules"."window_seconds" between 10 and 86400),
	CONSTRAINT "alert_rules_cooldown_check" CHECK ("alert_rules"."cooldown_seconds" between 0 and 604800),
	CONSTRAINT "alert_rules_name_check" CHECK (length("alert_rules"."name") between 1 and 100),
	CONSTRAINT "alert_rules_built_in_check" CHECK (not ("alert_rules"."built_in" and "alert_rules"."removed_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "alert_silences" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text,
	"subject_id" text,
	"max_severity" text DEFAULT 'critical' NOT NULL,
	"reason" text NOT NULL,
	"starts_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"created_by" text,
	"created_name" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "alert_silences_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "alert_silences_severity_check" CHECK ("alert_silences"."max_severity" in ('info', 'warning', 'critical')),
	CONSTRAINT "alert_silences_reason_check" CHECK (length("alert_silences"."reason") between 1 and 500),
	CONSTRAINT "alert_silences_time_check" CHECK ("alert_silences"."ends_at" >= "alert_silences"."starts_at")
);
--> statement-breakpoint
CREATE TABLE "alerts" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"rule_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"fingerprint" text NOT NULL,
	"severity" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"subject_type" text NOT NULL,
	"subject_id" text,
	"subject_name" text,
	"facts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"agent_id" text GENERATED ALWAYS AS (case when subject_type = 'agent' then subject_id else facts ->> 'agentId' end) STORED,
	"count" bigint DEFAULT 1 NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"told_at" timestamp with time zone,
	"told_count" bigint DEFAULT 0 NOT NULL,
	"snoozed_until" timestamp with time zone,
	"acknowledged_at" timestamp with time zone,
	"acknowledged_by" text,
	"acknowledged_name" text,
	"resolved_at" timestamp with time zone,
	"resolved_by" text,
	"resolved_name" text,
	"resolution" text,
	CONSTRAINT "alerts_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "alerts_severity_check" CHECK ("alerts"."severity" in ('info', 'warning', 'critical')),
	CONSTRAINT "alerts_status_check" CHECK ("alerts"."status" in ('open', 'acknowledged', 'resolved')),
	CONSTRAINT "alerts_resolved_check" CHECK (("alerts"."status" = 'resolved') = ("alerts"."resolved_at" is not null)),
	CONSTRAINT "alerts_resolution_check" CHECK (length("alerts"."resolution") <= 2000),
	CONSTRAINT "alerts_fingerprint_check" CHECK (length("alerts"."fingerprint") between 1 and 400)
);
--> statement-breakpoint
CREATE TABLE "tool_policies" (
	"tenant_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"allow" text[] DEFAULT '{}' NOT NULL,
	"deny" text[] DEFAULT '{}' NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tool_policies_pkey" PRIMARY KEY("tenant_id","agent_id"),
	CONSTRAINT "tool_policies_size_check" CHECK (cardinality("tool_policies"."allow") <= 200 and cardinality("tool_policies"."deny") <= 200)
);
--> statement-breakpoint
ALTER TABLE "alert_channels" ADD CONSTRAINT "alert_channels_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_deliveries" ADD CONSTRAINT "alert_deliveries_channel_fkey" FOREIGN KEY ("tenant_id","channel_id") REFERENCES "public"."alert_channels"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_deliveries" ADD CONSTRAINT "alert_deliveries_alert_fkey" FOREIGN KEY ("tenant_id","alert_id") REFERENCES "public"."alerts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_delivery_attempts" ADD CONSTRAINT "alert_delivery_attempts_delivery_fkey" FOREIGN KEY ("tenant_id","delivery_id") REFERENCES "public"."alert_deliveries"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_entries" ADD CONSTRAINT "alert_entries_alert_fkey" FOREIGN KEY ("tenant_id","alert_id") REFERENCES "public"."alerts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_events" ADD CONSTRAINT "alert_events_alert_fkey" FOREIGN KEY ("tenant_id","alert_id") REFERENCES "public"."alerts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_hits" ADD CONSTRAINT "alert_hits_rule_fkey" FOREIGN KEY ("tenant_id","rule_id") REFERENCES "public"."alert_rules"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_preferences" ADD CONSTRAINT "alert_preferences_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_preferences" ADD CONSTRAINT "alert_preferences_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_reads" ADD CONSTRAINT "alert_reads_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_reads" ADD CONSTRAINT "alert_reads_alert_fkey" FOREIGN KEY ("tenant_id","alert_id") REFERENCES "public"."alerts"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_rules" ADD CONSTRAINT "alert_rules_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_rules" ADD CONSTRAINT "alert_rules_agent_fkey" FOREIGN KEY ("tenant_id","agent_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alert_silences" ADD CONSTRAINT "alert_silences_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_rule_fkey" FOREIGN KEY ("tenant_id","rule_id") REFERENCES "public"."alert_rules"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tool_policies" ADD CONSTRAINT "tool_policies_agent_fkey" FOREIGN KEY ("tenant_id","agent_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alert_channels_name_key" ON "alert_channels" USING btree ("tenant_id","name") WHERE "alert_channels"."removed_at" is null;--> statement-breakpoint
CREATE INDEX "alert_deliveries_pending_idx" ON "alert_deliveries" USING btree ("tenant_id","channel_id","id") WHERE "alert_deliveries"."status" = 'pending';--> statement-breakpoint
CREATE INDEX "alert_deliveries_channel_idx" ON "alert_deliveries" USING btree ("tenant_id","channel_id","id");--> statement-breakpoint
CREATE INDEX "alert_deliveries_alert_idx" ON "alert_deliveries" USING btree ("tenant_id","alert_id","id");--> statement-breakpoint
CREATE INDEX "alert_deliveries_created_idx" ON "alert_deliveries" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "alert_hits_window_idx" ON "alert_hits" USING btree ("tenant_id","rule_id","key","occurred_at");--> statement-breakpoint
CREATE INDEX "alert_hits_occurred_idx" ON "alert_hits" USING btree ("occurred_at");--> statement-breakpoint
CREATE UNIQUE INDEX "alert_rules_built_in_key" ON "alert_rules" USING btree ("tenant_id","kind") WHERE "alert_rules"."built_in";--> statement-breakpoint
CREATE INDEX "alert_silences_ends_idx" ON "alert_silences" USING btree ("tenant_id","ends_at");--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_open_key" ON "alerts" USING btree ("tenant_id","fingerprint") WHERE "alerts"."status" <> 'resolved';--> statement-breakpoint
CREATE INDEX "alerts_status_idx" ON "alerts" USING btree ("tenant_id","status","last_at","id");--> statement-breakpoint
CREATE INDEX "alerts_last_idx" ON "alerts" USING btree ("tenant_id","last_at","id");--> statement-breakpoint
CREATE INDEX "alerts_opened_idx" ON "alerts" USING btree ("tenant_id","opened_at");--> statement-breakpoint
CREATE INDEX "alerts_told_idx" ON "alerts" USING btree ("tenant_id","told_at") WHERE "alerts"."told_at" is not null and "alerts"."status" <> 'resolved';--> statement-breakpoint
CREATE INDEX "alerts_kind_idx" ON "alerts" USING btree ("tenant_id","kind","last_at","id");--> statement-breakpoint
CREATE INDEX "alerts_severity_idx" ON "alerts" USING btree ("tenant_id","severity","last_at","id");--> statement-breakpoint
CREATE INDEX "alerts_agent_idx" ON "alerts" USING btree ("tenant_id","agent_id","last_at","id") WHERE "alerts"."agent_id" is not null;--> statement-breakpoint
CREATE INDEX "alerts_unresolved_idx" ON "alerts" USING btree ("last_at","id") WHERE "alerts"."status" <> 'resolved';--> statement-breakpoint
CREATE INDEX "alerts_subject_idx" ON "alerts" USING btree ("tenant_id","subject_id","last_at","id");--> statement-breakpoint
CREATE INDEX "alerts_everywhere_idx" ON "alerts" USING btree ("last_at","id");--> statement-breakpoint
CREATE INDEX "alerts_resolved_idx" ON "alerts" USING btree ("resolved_at") WHERE "alerts"."status" = 'resolved';--> statement-breakpoint
CREATE INDEX "alerts_snoozed_idx" ON "alerts" USING btree ("snoozed_until") WHERE "alerts"."snoozed_until" is not null and "alerts"."status" <> 'resolved';--> statement-breakpoint
ALTER TABLE "sign_in_places" DROP CONSTRAINT "sign_in_places_kind_check";--> statement-breakpoint
ALTER TABLE "sign_in_places" ADD CONSTRAINT "sign_in_places_kind_check" CHECK ("sign_in_places"."kind" in ('device', 'network', 'location'));--> statement-breakpoint
-- A tenant table's four things (0001_security.sql).
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['alert_rules', 'alerts', 'alert_hits', 'alert_events', 'alert_entries', 'alert_silences',
    'alert_preferences', 'alert_reads', 'alert_channels', 'alert_deliveries', 'alert_delivery_attempts',
    'tool_policies'] LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY %I ON public.%I TO CURRENT_USER USING (true) WITH CHECK (true)', name || '_owner', name);
    EXECUTE format('CREATE POLICY %I ON public.%I TO signalbox_system USING (true) WITH CHECK (true)', name || '_system', name);
    EXECUTE format(
      'CREATE POLICY %I ON public.%I TO signalbox_tenant
         USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
      name || '_tenant', name);
    EXECUTE format('GRANT SELECT ON public.%I TO signalbox_system', name);
    IF name <> 'alert_channels' THEN
      EXECUTE format('GRANT SELECT ON public.%I TO signalbox_tenant', name);
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
-- The secrets of a channel are written by the tenant's login and read by the system's alone.
GRANT SELECT (tenant_id, id, kind, name, min_severity, rule_kinds, tells_end, url, addresses, to_admins,
  previous_secret_until, hint, status, disabled_at, disabled_reason, failures, failing_since, last_error,
  last_success_at, next_attempt_at, leased_until, created_by, created_at, updated_at, removed_at)
  ON public.alert_channels TO signalbox_tenant;
GRANT INSERT, UPDATE ON public.alert_rules, public.alert_silences, public.alert_preferences, public.alert_channels,
  public.alert_deliveries, public.alert_reads, public.tool_policies TO signalbox_tenant, signalbox_system;
GRANT INSERT ON public.alert_entries TO signalbox_tenant, signalbox_system;
-- For what has to be erased.
GRANT UPDATE (actor_name, text, details) ON public.alert_entries TO signalbox_system;
GRANT UPDATE ON public.alerts TO signalbox_tenant, signalbox_system;
GRANT DELETE ON public.alert_reads, public.tool_policies TO signalbox_tenant, signalbox_system;
GRANT INSERT, DELETE ON public.alerts TO signalbox_system;
GRANT INSERT, UPDATE, DELETE ON public.alert_hits TO signalbox_system;
GRANT INSERT, DELETE ON public.alert_events TO signalbox_system;
GRANT INSERT ON public.alert_delivery_attempts TO signalbox_system;
GRANT DELETE ON public.alert_deliveries, public.alert_silences TO signalbox_system;
GRANT SELECT, UPDATE ON public.alert_cursor TO signalbox_system;
-- What happened before there were alerts is not told of.
INSERT INTO public.alert_cursor (generation, xid)
SELECT coalesce(max(generation), 0)::smallint, CASE WHEN max(generation) IS NULL THEN '0'::xid8 ELSE pg_snapshot_xmin(pg_current_snapshot()) END
FROM public.audit_generations;
-- Rows that are updated in place over and over.
ALTER TABLE public.alerts SET (fillfactor = 70);
ALTER TABLE public.alert_cursor SET (fillfactor = 50);
