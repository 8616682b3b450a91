CREATE TABLE "activity_keys" (
	"tenant_id" uuid NOT NULL,
	"actor_id" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "activity_keys_pkey" PRIMARY KEY("tenant_id","actor_id","key"),
	CONSTRAINT "activity_keys_key_check" CHECK (length("activity_keys"."key") between 1 and 200)
);
--> statement-breakpoint
ALTER TABLE "activity_keys" ADD CONSTRAINT "activity_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "activity_keys_created_idx" ON "activity_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "audit_events_tenant_tail_idx" ON "audit_events" USING btree ("tenant_id","generation","xid","id");--> statement-breakpoint
CREATE INDEX "audit_events_time_idx" ON "audit_events" USING btree ("occurred_at","id");--> statement-breakpoint
CREATE INDEX "audit_events_request_idx" ON "audit_events" USING btree ("tenant_id","request_id","occurred_at","id") WHERE "audit_events"."request_id" is not null;--> statement-breakpoint
CREATE INDEX "audit_events_trouble_idx" ON "audit_events" USING btree ("tenant_id","status","occurred_at","id") WHERE "audit_events"."status" <> 'success';--> statement-breakpoint
CREATE INDEX "audit_events_kind_idx" ON "audit_events" USING btree ("tenant_id","actor_kind","occurred_at","id") WHERE "audit_events"."actor_kind" <> 'agent';--> statement-breakpoint
-- A tenant table's four things (0001_security.sql).
ALTER TABLE public.activity_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.activity_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY activity_keys_owner ON public.activity_keys TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY activity_keys_system ON public.activity_keys TO signalbox_system USING (true) WITH CHECK (true);
CREATE POLICY activity_keys_tenant ON public.activity_keys TO signalbox_tenant
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON public.activity_keys TO signalbox_system;
GRANT SELECT, INSERT, UPDATE ON public.activity_keys TO signalbox_tenant;
