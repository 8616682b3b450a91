CREATE TABLE "usage_months" (
	"tenant_id" uuid NOT NULL,
	"month" date NOT NULL,
	"agent_id" uuid NOT NULL,
	"terms_from" timestamp with time zone NOT NULL,
	"model" text NOT NULL,
	"provider" text NOT NULL,
	"model_tier" text NOT NULL,
	"tokens_by_day" bigint[] DEFAULT array_fill(0::bigint, array[31]) NOT NULL,
	"cost_by_day" bigint[] DEFAULT array_fill(0::bigint, array[31]) NOT NULL,
	CONSTRAINT "usage_months_pkey" PRIMARY KEY("tenant_id","month","agent_id","terms_from","model","provider"),
	CONSTRAINT "usage_months_days_check" CHECK (cardinality("usage_months"."tokens_by_day") = 31 and cardinality("usage_months"."cost_by_day") = 31)
);
--> statement-breakpoint
CREATE TABLE "usage_tenant_days" (
	"tenant_id" uuid NOT NULL,
	"day" date NOT NULL,
	"events" bigint DEFAULT 0 NOT NULL,
	"input_tokens" bigint DEFAULT 0 NOT NULL,
	"output_tokens" bigint DEFAULT 0 NOT NULL,
	"cached_tokens" bigint DEFAULT 0 NOT NULL,
	"thinking_tokens" bigint DEFAULT 0 NOT NULL,
	"duration_ms" bigint DEFAULT 0 NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "usage_tenant_days_pkey" PRIMARY KEY("tenant_id","day")
);
--> statement-breakpoint
CREATE TABLE "usage_tool_months" (
	"tenant_id" uuid NOT NULL,
	"month" date NOT NULL,
	"agent_id" uuid NOT NULL,
	"tool" text NOT NULL,
	"calls_by_day" bigint[] DEFAULT array_fill(0::bigint, array[31]) NOT NULL,
	CONSTRAINT "usage_tool_months_pkey" PRIMARY KEY("tenant_id","month","agent_id","tool"),
	CONSTRAINT "usage_tool_months_days_check" CHECK (cardinality("usage_tool_months"."calls_by_day") = 31)
);
--> statement-breakpoint
CREATE TABLE "usage_user_months" (
	"tenant_id" uuid NOT NULL,
	"month" date NOT NULL,
	"user_id" text NOT NULL,
	"tokens_by_day" bigint[] DEFAULT array_fill(0::bigint, array[31]) NOT NULL,
	"cost_by_day" bigint[] DEFAULT array_fill(0::bigint, array[31]) NOT NULL,
	CONSTRAINT "usage_user_months_pkey" PRIMARY KEY("tenant_id","month","user_id"),
	CONSTRAINT "usage_user_months_days_check" CHECK (cardinality("usage_user_months"."tokens_by_day") = 31 and cardinality("usage_user_months"."cost_by_day") = 31)
);
--> statement-breakpoint
CREATE INDEX "usage_months_month_idx" ON "usage_months" USING btree ("month");--> statement-breakpoint
CREATE INDEX "usage_tenant_days_day_idx" ON "usage_tenant_days" USING btree ("day");--> statement-breakpoint
CREATE INDEX "usage_user_months_month_idx" ON "usage_user_months" USING btree ("month");
--> statement-breakpoint
-- A tenant table's four things (0001_security.sql).
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['usage_tenant_days', 'usage_months', 'usage_user_months', 'usage_tool_months'] LOOP
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
    EXECUTE format('GRANT INSERT, UPDATE ON public.%I TO signalbox_system', name);
    -- Rows that are updated in place over and over.
    EXECUTE format('ALTER TABLE public.%I SET (fillfactor = 50)', name);
  END LOOP;
END
$$;
--> statement-breakpoint
-- What was used so far, from the roll-ups by day.
INSERT INTO public.usage_tenant_days (
  tenant_id, day, events, input_tokens, output_tokens, cached_tokens, thinking_tokens, duration_ms, cost_micros
)
SELECT tenant_id, day, sum(events), sum(input_tokens), sum(output_tokens), sum(cached_tokens), sum(thinking_tokens),
  sum(duration_ms), sum(cost_micros)
FROM public.usage_days GROUP BY tenant_id, day;
INSERT INTO public.usage_months (
  tenant_id, month, agent_id, terms_from, model, provider, model_tier, tokens_by_day, cost_by_day
)
SELECT tenant_id, month, agent_id, terms_from, model, provider, model_tier,
  ARRAY(SELECT coalesce((tokens ->> n::text)::bigint, 0) FROM generate_series(1, 31) n ORDER BY n),
  ARRAY(SELECT coalesce((cost ->> n::text)::bigint, 0) FROM generate_series(1, 31) n ORDER BY n)
FROM (
  SELECT tenant_id, date_trunc('month', day)::date AS month, agent_id, terms_from, model, provider,
    min(model_tier) AS model_tier,
    jsonb_object_agg(extract(day FROM day)::int, input_tokens + output_tokens) AS tokens,
    jsonb_object_agg(extract(day FROM day)::int, cost_micros) AS cost
  FROM public.usage_days GROUP BY 1, 2, 3, 4, 5, 6
) used;
INSERT INTO public.usage_user_months (tenant_id, month, user_id, tokens_by_day, cost_by_day)
SELECT tenant_id, month, user_id,
  ARRAY(SELECT coalesce((tokens ->> n::text)::bigint, 0) FROM generate_series(1, 31) n ORDER BY n),
  ARRAY(SELECT coalesce((cost ->> n::text)::bigint, 0) FROM generate_series(1, 31) n ORDER BY n)
FROM (
  SELECT tenant_id, date_trunc('month', day)::date AS month, user_id,
    jsonb_object_agg(extract(day FROM day)::int, input_tokens + output_tokens) AS tokens,
    jsonb_object_agg(extract(day FROM day)::int, cost_micros) AS cost
  FROM public.usage_user_days GROUP BY 1, 2, 3
) used;
INSERT INTO public.usage_tool_months (tenant_id, month, agent_id, tool, calls_by_day)
SELECT tenant_id, month, agent_id, tool,
  ARRAY(SELECT coalesce((calls ->> n::text)::bigint, 0) FROM generate_series(1, 31) n ORDER BY n)
FROM (
  SELECT tenant_id, date_trunc('month', day)::date AS month, agent_id, tool,
    jsonb_object_agg(extract(day FROM day)::int, calls) AS calls
  FROM public.usage_tool_days GROUP BY 1, 2, 3, 4
) used;
--> statement-breakpoint
-- Their months have taken their place. What a user's tokens were in each hour, usage_hours still says.
DROP TABLE "usage_tool_days" CASCADE;--> statement-breakpoint
DROP TABLE "usage_user_days" CASCADE;
