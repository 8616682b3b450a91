CREATE TABLE "asks" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"membership_id" uuid NOT NULL,
	"correlation_id" text NOT NULL,
	"request_id" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"deadline_at" timestamp with time zone NOT NULL,
	"outcome" text,
	"closed_at" timestamp with time zone,
	"answer_id" uuid,
	CONSTRAINT "asks_pkey" PRIMARY KEY("tenant_id","message_id"),
	CONSTRAINT "asks_outcome_check" CHECK ("asks"."outcome" in ('answered', 'timeout', 'cancelled', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "agent_terms" (
	"tenant_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"valid_from" timestamp with time zone DEFAULT now() NOT NULL,
	"model_tier" text NOT NULL,
	"thinking_mode" text NOT NULL,
	CONSTRAINT "agent_terms_pkey" PRIMARY KEY("tenant_id","agent_id","valid_from"),
	CONSTRAINT "agent_terms_model_tier_check" CHECK ("agent_terms"."model_tier" in ('haiku', 'sonnet', 'opus')),
	CONSTRAINT "agent_terms_thinking_mode_check" CHECK ("agent_terms"."thinking_mode" in ('off', 'low', 'medium', 'high'))
);
--> statement-breakpoint
CREATE TABLE "invoice_counter" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"last_sequence" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "invoice_counter_one_check" CHECK ("invoice_counter"."one")
);
--> statement-breakpoint
CREATE TABLE "invoices" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"number" text NOT NULL,
	"period" date NOT NULL,
	"plan" text NOT NULL,
	"total_micros" bigint NOT NULL,
	"lines" jsonb NOT NULL,
	"billed_to" text NOT NULL,
	"issued_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invoices_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "plan_terms" (
	"tenant_id" uuid NOT NULL,
	"valid_from" timestamp with time zone DEFAULT now() NOT NULL,
	"plan" text NOT NULL,
	"overage" boolean NOT NULL,
	CONSTRAINT "plan_terms_pkey" PRIMARY KEY("tenant_id","valid_from"),
	CONSTRAINT "plan_terms_plan_check" CHECK ("plan_terms"."plan" in ('starter', 'growth', 'enterprise'))
);
--> statement-breakpoint
CREATE TABLE "budget_periods" (
	"tenant_id" uuid NOT NULL,
	"budget_id" uuid NOT NULL,
	"period" date NOT NULL,
	"spent_micros" bigint DEFAULT 0 NOT NULL,
	"reserved_micros" bigint DEFAULT 0 NOT NULL,
	"ceiling_percent" integer DEFAULT 150 NOT NULL,
	"reached_percent" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "budget_periods_pkey" PRIMARY KEY("tenant_id","budget_id","period"),
	CONSTRAINT "budget_periods_reserved_check" CHECK ("budget_periods"."reserved_micros" >= 0)
);
--> statement-breakpoint
CREATE TABLE "budgets" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"agent_id" uuid,
	"amount_micros" bigint NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "budgets_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "budgets_one_each_key" UNIQUE NULLS NOT DISTINCT("tenant_id","agent_id"),
	CONSTRAINT "budgets_amount_check" CHECK ("budgets"."amount_micros" > 0)
);
--> statement-breakpoint
CREATE TABLE "reservations" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"period" date NOT NULL,
	"amount_micros" bigint NOT NULL,
	"run_id" text,
	"status" text DEFAULT 'open' NOT NULL,
	"settled_micros" bigint,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "reservations_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "reservations_status_check" CHECK ("reservations"."status" in ('open', 'settled', 'released', 'expired')),
	CONSTRAINT "reservations_amount_check" CHECK ("reservations"."amount_micros" > 0)
);
--> statement-breakpoint
CREATE TABLE "agent_periods" (
	"tenant_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"period" date NOT NULL,
	"used_tokens" bigint DEFAULT 0 NOT NULL,
	"used_units" bigint DEFAULT 0 NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	"ceiling_percent" integer DEFAULT 150 NOT NULL,
	"reached_percent" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "agent_periods_pkey" PRIMARY KEY("tenant_id","agent_id","period")
);
--> statement-breakpoint
CREATE TABLE "send_allowances" (
	"tenant_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "send_allowances_pkey" PRIMARY KEY("tenant_id","agent_id")
);
--> statement-breakpoint
CREATE TABLE "usage_days" (
	"tenant_id" uuid NOT NULL,
	"day" date NOT NULL,
	"agent_id" uuid NOT NULL,
	"terms_from" timestamp with time zone NOT NULL,
	"model" text NOT NULL,
	"provider" text NOT NULL,
	"model_tier" text NOT NULL,
	"events" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"cached_tokens" bigint DEFAULT 0 NOT NULL,
	"thinking_tokens" bigint DEFAULT 0 NOT NULL,
	"duration_ms" bigint DEFAULT 0 NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	"late_events" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_days_pkey" PRIMARY KEY("tenant_id","day","agent_id","terms_from","model","provider")
);
--> statement-breakpoint
CREATE TABLE "usage_events" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"model" text NOT NULL,
	"provider" text NOT NULL,
	"terms_from" timestamp with time zone NOT NULL,
	"model_tier" text NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cached_tokens" bigint NOT NULL,
	"thinking_tokens" bigint NOT NULL,
	"tools_called" text[] DEFAULT '{}' NOT NULL,
	"query" text,
	"response_length" integer,
	"duration_ms" integer NOT NULL,
	"cost_micros" bigint NOT NULL,
	"cost_reported" boolean NOT NULL,
	"conversation_id" text,
	"run_id" text,
	"user_id" text,
	"late" boolean NOT NULL,
	"reservation_id" uuid,
	CONSTRAINT "usage_events_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "usage_events_tokens_check" CHECK ("usage_events"."input_tokens" >= 0 and "usage_events"."output_tokens" >= 0
        and "usage_events"."cached_tokens" between 0 and "usage_events"."input_tokens" and "usage_events"."thinking_tokens" between 0 and "usage_events"."output_tokens"),
	CONSTRAINT "usage_events_cost_check" CHECK ("usage_events"."cost_micros" >= 0 and "usage_events"."duration_ms" >= 0)
);
--> statement-breakpoint
CREATE TABLE "usage_hours" (
	"tenant_id" uuid NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"agent_id" uuid NOT NULL,
	"model" text NOT NULL,
	"provider" text NOT NULL,
	"user_id" text NOT NULL,
	"events" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"cached_tokens" bigint DEFAULT 0 NOT NULL,
	"thinking_tokens" bigint DEFAULT 0 NOT NULL,
	"duration_ms" bigint DEFAULT 0 NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_hours_pkey" PRIMARY KEY("tenant_id","at","agent_id","model","provider","user_id")
);
--> statement-breakpoint
CREATE TABLE "usage_keys" (
	"tenant_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"key" text NOT NULL,
	"event_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "usage_keys_pkey" PRIMARY KEY("tenant_id","agent_id","key"),
	CONSTRAINT "usage_keys_key_check" CHECK (length("usage_keys"."key") between 1 and 200)
);
--> statement-breakpoint
CREATE TABLE "usage_tool_days" (
	"tenant_id" uuid NOT NULL,
	"day" date NOT NULL,
	"agent_id" uuid NOT NULL,
	"tool" text NOT NULL,
	"calls" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_tool_days_pkey" PRIMARY KEY("tenant_id","day","agent_id","tool")
);
--> statement-breakpoint
CREATE TABLE "usage_user_days" (
	"tenant_id" uuid NOT NULL,
	"day" date NOT NULL,
	"user_id" text NOT NULL,
	"events" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"cached_tokens" bigint DEFAULT 0 NOT NULL,
	"thinking_tokens" bigint DEFAULT 0 NOT NULL,
	"duration_ms" bigint DEFAULT 0 NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_user_days_pkey" PRIMARY KEY("tenant_id","day","user_id")
);
--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "quota_hold" text;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "quota_hold_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "overage" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "asks" ADD CONSTRAINT "asks_message_fkey" FOREIGN KEY ("tenant_id","message_id") REFERENCES "public"."messages"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agent_terms" ADD CONSTRAINT "agent_terms_agent_fkey" FOREIGN KEY ("tenant_id","agent_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invoices" ADD CONSTRAINT "invoices_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "plan_terms" ADD CONSTRAINT "plan_terms_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budget_periods" ADD CONSTRAINT "budget_periods_budget_fkey" FOREIGN KEY ("tenant_id","budget_id") REFERENCES "public"."budgets"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_agent_fkey" FOREIGN KEY ("tenant_id","agent_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_agent_fkey" FOREIGN KEY ("tenant_id","agent_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "asks_unanswered_idx" ON "asks" USING btree ("deadline_at") WHERE "asks"."answer_id" is null;--> statement-breakpoint
CREATE INDEX "asks_asked_idx" ON "asks" USING btree ("asked_at");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_sequence_key" ON "invoices" USING btree ("sequence");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_period_key" ON "invoices" USING btree ("tenant_id","period");--> statement-breakpoint
CREATE INDEX "invoices_period_idx" ON "invoices" USING btree ("period");--> statement-breakpoint
CREATE INDEX "reservations_open_idx" ON "reservations" USING btree ("expires_at") WHERE "reservations"."status" = 'open';--> statement-breakpoint
CREATE INDEX "reservations_agent_idx" ON "reservations" USING btree ("tenant_id","agent_id","id");--> statement-breakpoint
CREATE INDEX "agent_periods_period_idx" ON "agent_periods" USING btree ("tenant_id","period");--> statement-breakpoint
CREATE INDEX "usage_days_agent_idx" ON "usage_days" USING btree ("tenant_id","agent_id","day");--> statement-breakpoint
CREATE INDEX "usage_days_day_idx" ON "usage_days" USING btree ("day");--> statement-breakpoint
CREATE INDEX "usage_keys_created_idx" ON "usage_keys" USING btree ("created_at");--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_quota_hold_check" CHECK ("agents"."quota_hold" in ('limited', 'paused'));--> statement-breakpoint
ALTER TABLE "tenants" ADD CONSTRAINT "tenants_overage_check" CHECK (not ("tenants"."overage" and "tenants"."plan" = 'starter'));--> statement-breakpoint
-- A tenant table's four things (0001_security.sql).
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['asks', 'plan_terms', 'agent_terms', 'invoices', 'budgets', 'budget_periods', 'reservations',
    'usage_events', 'usage_keys', 'usage_hours', 'usage_days', 'usage_user_days', 'usage_tool_days', 'agent_periods',
    'send_allowances'] LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY %I ON public.%I TO CURRENT_USER USING (true) WITH CHECK (true)', name || '_owner', name);
    EXECUTE format('CREATE POLICY %I ON public.%I TO signalbox_system USING (true) WITH CHECK (true)', name || '_system', name);
    EXECUTE format(
      'CREATE POLICY %I ON public.%I TO signalbox_tenant
         USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
      name || '_tenant', name);
    EXECUTE format('GRANT SELECT ON public.%I TO signalbox_tenant, signalbox_system', name);
  END LOOP;
END
$$;
--> statement-breakpoint
-- Events, invoices and terms are never changed by either runtime login; terms come from the triggers alone.
GRANT INSERT ON public.usage_events, public.invoices TO signalbox_system;
GRANT INSERT, DELETE ON public.usage_keys TO signalbox_system;
GRANT INSERT, UPDATE, DELETE ON public.asks TO signalbox_system;
GRANT INSERT, UPDATE ON public.usage_hours, public.usage_days, public.usage_user_days, public.usage_tool_days,
  public.agent_periods, public.send_allowances, public.budget_periods, public.reservations TO signalbox_system;
GRANT INSERT, UPDATE ON public.agent_periods, public.budget_periods, public.reservations TO signalbox_tenant;
GRANT INSERT, UPDATE, DELETE ON public.budgets TO signalbox_tenant, signalbox_system;
GRANT DELETE ON public.budget_periods TO signalbox_tenant, signalbox_system;
GRANT UPDATE (plan, overage) ON public.tenants TO signalbox_tenant;
GRANT SELECT, UPDATE ON public.invoice_counter TO signalbox_system;
INSERT INTO public.invoice_counter DEFAULT VALUES;
-- Rows that are updated in place over and over.
ALTER TABLE public.usage_hours SET (fillfactor = 70);
ALTER TABLE public.usage_days SET (fillfactor = 70);
ALTER TABLE public.usage_user_days SET (fillfactor = 70);
ALTER TABLE public.usage_tool_days SET (fillfactor = 70);
ALTER TABLE public.agent_periods SET (fillfactor = 50);
ALTER TABLE public.budget_periods SET (fillfactor = 50);
ALTER TABLE public.send_allowances SET (fillfactor = 50);
--> statement-breakpoint
-- What prices depend on is kept with its dates whoever writes it. As the owner: nobody else may write terms.
-- What is made holds since it was made, which its own row says.
CREATE FUNCTION public.keep_plan_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.plan_terms (tenant_id, valid_from, plan, overage)
  VALUES (NEW.id, CASE TG_OP WHEN 'INSERT' THEN NEW.created_at ELSE now() END, NEW.plan, NEW.overage)
  ON CONFLICT (tenant_id, valid_from) DO UPDATE SET plan = excluded.plan, overage = excluded.overage;
  RETURN NULL;
END
$$;
CREATE FUNCTION public.keep_agent_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.agent_terms (tenant_id, agent_id, valid_from, model_tier, thinking_mode)
  VALUES (NEW.tenant_id, NEW.id, CASE TG_OP WHEN 'INSERT' THEN NEW.created_at ELSE now() END,
    NEW.model_tier, NEW.thinking_mode)
  ON CONFLICT (tenant_id, agent_id, valid_from)
  DO UPDATE SET model_tier = excluded.model_tier, thinking_mode = excluded.thinking_mode;
  RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION public.keep_plan_terms, public.keep_agent_terms FROM PUBLIC;
CREATE TRIGGER tenants_keep_terms_at_first AFTER INSERT ON public.tenants
  FOR EACH ROW EXECUTE FUNCTION public.keep_plan_terms();
CREATE TRIGGER tenants_keep_terms AFTER UPDATE OF plan, overage ON public.tenants
  FOR EACH ROW WHEN ((OLD.plan, OLD.overage) IS DISTINCT FROM (NEW.plan, NEW.overage))
  EXECUTE FUNCTION public.keep_plan_terms();
CREATE TRIGGER agents_keep_terms_at_first AFTER INSERT ON public.agents
  FOR EACH ROW EXECUTE FUNCTION public.keep_agent_terms();
CREATE TRIGGER agents_keep_terms AFTER UPDATE OF model_tier, thinking_mode ON public.agents
  FOR EACH ROW WHEN ((OLD.model_tier, OLD.thinking_mode) IS DISTINCT FROM (NEW.model_tier, NEW.thinking_mode))
  EXECUTE FUNCTION public.keep_agent_terms();
--> statement-breakpoint
-- What held so far, as far as is known.
INSERT INTO public.plan_terms (tenant_id, valid_from, plan, overage)
SELECT id, created_at, plan, overage FROM public.tenants;
INSERT INTO public.agent_terms (tenant_id, agent_id, valid_from, model_tier, thinking_mode)
SELECT tenant_id, id, created_at, model_tier, thinking_mode FROM public.agents;
