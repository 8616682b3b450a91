CREATE TABLE "audit_chains" (
	"tenant_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"digest" "bytea" NOT NULL,
	"anchored_sequence" bigint DEFAULT 0 NOT NULL,
	"anchor_error" text,
	CONSTRAINT "audit_chains_pkey" PRIMARY KEY("tenant_id")
);
--> statement-breakpoint
CREATE TABLE "audit_generations" (
	"generation" smallint PRIMARY KEY NOT NULL,
	"system_identifier" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_sealer" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"generation" smallint DEFAULT 0 NOT NULL,
	"xid" "xid8" DEFAULT '0' NOT NULL,
	"event_id" uuid DEFAULT '00000000-0000-0000-0000-000000000000' NOT NULL,
	"sealed_at" timestamp with time zone,
	CONSTRAINT "audit_sealer_only_row_check" CHECK ("audit_sealer"."only_row")
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"tenant_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"statement" text NOT NULL,
	"signature" "bytea" NOT NULL,
	"digest" "bytea" NOT NULL,
	"events" integer NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"sealed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"event_ids" uuid[],
	"leaves" "bytea",
	CONSTRAINT "audit_seals_pkey" PRIMARY KEY("tenant_id","sequence"),
	CONSTRAINT "audit_seals_sequence_check" CHECK ("audit_seals"."sequence" > 0),
	CONSTRAINT "audit_seals_events_check" CHECK ("audit_seals"."events" > 0),
	CONSTRAINT "audit_seals_run_check" CHECK (coalesce(cardinality("audit_seals"."event_ids") = "audit_seals"."events", true) and coalesce(octet_length("audit_seals"."leaves") = 32 * "audit_seals"."events", true))
);
--> statement-breakpoint
CREATE TABLE "audit_verifications" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"state" text DEFAULT 'waiting' NOT NULL,
	"requested_by" text,
	"requested_by_name" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"seals_total" bigint DEFAULT 0 NOT NULL,
	"seals" bigint DEFAULT 0 NOT NULL,
	"events" bigint DEFAULT 0 NOT NULL,
	"erased" bigint DEFAULT 0 NOT NULL,
	"archives" integer DEFAULT 0 NOT NULL,
	"damages" bigint DEFAULT 0 NOT NULL,
	"findings" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"error" text,
	CONSTRAINT "audit_verifications_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "audit_verifications_state_check" CHECK ("audit_verifications"."state" in ('waiting', 'running', 'intact', 'damaged', 'failed'))
);
--> statement-breakpoint
DROP INDEX "audit_events_tail_idx";--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "generation" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "sealed_details" text DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "erasable_details" text;--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "commitment" "bytea";--> statement-breakpoint
ALTER TABLE "audit_events" ADD COLUMN "salt" "bytea";--> statement-breakpoint
ALTER TABLE "audit_chains" ADD CONSTRAINT "audit_chains_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_seals" ADD CONSTRAINT "audit_seals_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_verifications" ADD CONSTRAINT "audit_verifications_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_chains_unanchored_idx" ON "audit_chains" USING btree ("tenant_id") WHERE "audit_chains"."anchored_sequence" < "audit_chains"."sequence";--> statement-breakpoint
CREATE INDEX "audit_seals_to_idx" ON "audit_seals" USING btree ("tenant_id","to_at","sequence");--> statement-breakpoint
CREATE INDEX "audit_events_tail_idx" ON "audit_events" USING btree ("generation","xid","id");--> statement-breakpoint
-- A tenant table's four things (0001_security.sql). What is sealed cannot be changed by who seals it: no
-- runtime login has UPDATE or DELETE on seals.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit_seals', 'audit_chains', 'audit_verifications'] LOOP
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
GRANT INSERT ON public.audit_seals TO signalbox_system;
GRANT INSERT, UPDATE ON public.audit_chains TO signalbox_system;
GRANT INSERT, UPDATE, DELETE ON public.audit_verifications TO signalbox_system;
GRANT INSERT (tenant_id, id, requested_by, requested_by_name) ON public.audit_verifications TO signalbox_tenant;
GRANT SELECT, UPDATE (generation, xid, event_id, sealed_at) ON public.audit_sealer TO signalbox_system;
GRANT SELECT ON public.audit_sealer, public.audit_generations TO signalbox_tenant, signalbox_system;
-- Of the service's keys everybody may see the public half: it is what seals are checked with.
GRANT SELECT (kid, purpose, public_key, created_at, retired_at) ON public.signing_keys TO signalbox_tenant;
INSERT INTO public.audit_sealer DEFAULT VALUES;
--> statement-breakpoint
-- Events from before seals: their details are hashed as they are stored now and none of them is erasable;
-- their names and addresses are. The array's text is what app/domain/audit/commitment.ts makes.
UPDATE public.audit_events event SET
  sealed_details = event.details::text,
  salt = salted.salt,
  commitment = sha256(convert_to(
    '[' || to_json(encode(salted.salt, 'hex'))::text
      || ',' || coalesce(to_json(event.actor_name)::text, 'null')
      || ',' || coalesce(to_json(event.resource_name)::text, 'null')
      || ',' || coalesce(to_json(encode(event.ip_hash, 'hex'))::text, 'null')
      || ',null]', 'UTF8'))
FROM (
  SELECT tenant_id, occurred_at, id,
    CASE WHEN coalesce(actor_name, resource_name) IS NOT NULL OR ip_hash IS NOT NULL THEN uuid_send(gen_random_uuid()) END AS salt
  FROM public.audit_events
) salted
WHERE event.tenant_id = salted.tenant_id AND event.occurred_at = salted.occurred_at AND event.id = salted.id;
--> statement-breakpoint

-- Erases the names, addresses and texts of up to `at_most` events that were done by one of the subjects or
-- to it. The salt goes with them, so that what is left of them, the commitment, tells nothing; the event
-- and its seal stay valid. The only way in which an event is ever changed.
CREATE FUNCTION public.erase_audit_texts(tenant uuid, subjects text[], until timestamptz, at_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  erased integer;
BEGIN
  WITH chosen AS MATERIALIZED (
    SELECT e.tenant_id, e.occurred_at, e.id
    FROM public.audit_events e
    WHERE e.tenant_id = erase_audit_texts.tenant AND e.occurred_at <= erase_audit_texts.until AND e.salt IS NOT NULL
      AND (e.actor_id = ANY (erase_audit_texts.subjects) OR e.resource_id = ANY (erase_audit_texts.subjects))
    LIMIT erase_audit_texts.at_most
  )
  UPDATE public.audit_events e SET
    actor_name = NULL, resource_name = NULL, ip_hash = NULL, erasable_details = NULL, salt = NULL,
    details = e.sealed_details::jsonb
  FROM chosen
  WHERE e.tenant_id = chosen.tenant_id AND e.occurred_at = chosen.occurred_at AND e.id = chosen.id;
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END
$$;
REVOKE ALL ON FUNCTION public.erase_audit_texts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.erase_audit_texts TO signalbox_system;
