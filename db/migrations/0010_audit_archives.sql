CREATE TABLE "audit_archives" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"state" text DEFAULT 'planned' NOT NULL,
	"first_sequence" bigint NOT NULL,
	"last_sequence" bigint NOT NULL,
	"events" bigint NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"previous_digest" "bytea",
	"last_digest" "bytea" NOT NULL,
	"file" text NOT NULL,
	"bytes" bigint,
	"sha256" "bytea",
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"written_at" timestamp with time zone,
	"expiry" text,
	"expiry_signature" "bytea",
	"expired_at" timestamp with time zone,
	CONSTRAINT "audit_archives_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "audit_archives_state_check" CHECK ("audit_archives"."state" in ('planned', 'written', 'expiring', 'expired')),
	CONSTRAINT "audit_archives_range_check" CHECK ("audit_archives"."first_sequence" <= "audit_archives"."last_sequence"),
	CONSTRAINT "audit_archives_written_check" CHECK ("audit_archives"."state" = 'planned' or ("audit_archives"."sha256" is not null and "audit_archives"."bytes" is not null)),
	CONSTRAINT "audit_archives_expiry_check" CHECK (("audit_archives"."state" in ('expiring', 'expired')) = ("audit_archives"."expiry" is not null and "audit_archives"."expiry_signature" is not null))
);
--> statement-breakpoint
CREATE TABLE "audit_retention" (
	"tenant_id" uuid NOT NULL,
	"hot_days" integer DEFAULT 90 NOT NULL,
	"cold_days" integer DEFAULT 365 NOT NULL,
	"hold_reason" text,
	"hold_placed_by" uuid,
	"hold_placed_at" timestamp with time zone,
	CONSTRAINT "audit_retention_pkey" PRIMARY KEY("tenant_id"),
	CONSTRAINT "audit_retention_hot_check" CHECK ("audit_retention"."hot_days" between 30 and 365),
	CONSTRAINT "audit_retention_cold_check" CHECK ("audit_retention"."cold_days" between 365 and 2555 and "audit_retention"."cold_days" >= "audit_retention"."hot_days"),
	CONSTRAINT "audit_retention_hold_check" CHECK (("audit_retention"."hold_reason" is null) = ("audit_retention"."hold_placed_at" is null)),
	CONSTRAINT "audit_retention_reason_check" CHECK (length("audit_retention"."hold_reason") between 1 and 500)
);
--> statement-breakpoint
CREATE TABLE "audit_retention_lease" (
	"only_row" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"sweep_id" uuid,
	"leased_until" timestamp with time zone DEFAULT '-infinity' NOT NULL,
	CONSTRAINT "audit_retention_lease_only_row_check" CHECK ("audit_retention_lease"."only_row")
);
--> statement-breakpoint
CREATE TABLE "audit_retention_runs" (
	"tenant_id" uuid NOT NULL,
	"sweep_id" uuid NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"duration_ms" integer NOT NULL,
	"archived_events" bigint NOT NULL,
	"archives" integer NOT NULL,
	"bytes" bigint NOT NULL,
	"deleted_archives" integer NOT NULL,
	"deleted_events" bigint NOT NULL,
	"error" text,
	CONSTRAINT "audit_retention_runs_pkey" PRIMARY KEY("tenant_id","sweep_id")
);
--> statement-breakpoint
CREATE TABLE "audit_sweeps" (
	"id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"archived_events" bigint DEFAULT 0 NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"deleted_events" bigint DEFAULT 0 NOT NULL,
	"errors" integer DEFAULT 0 NOT NULL,
	"dropped_partitions" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "audit_archives" ADD CONSTRAINT "audit_archives_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_retention" ADD CONSTRAINT "audit_retention_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_retention_runs" ADD CONSTRAINT "audit_retention_runs_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "audit_retention_runs" ADD CONSTRAINT "audit_retention_runs_sweep_fkey" FOREIGN KEY ("sweep_id") REFERENCES "public"."audit_sweeps"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "audit_archives_first_key" ON "audit_archives" USING btree ("tenant_id","first_sequence");--> statement-breakpoint
CREATE INDEX "audit_archives_to_idx" ON "audit_archives" USING btree ("tenant_id","to_at");--> statement-breakpoint
CREATE INDEX "audit_sweeps_started_idx" ON "audit_sweeps" USING btree ("started_at");--> statement-breakpoint
-- A tenant table's four things (0001_security.sql).
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit_archives', 'audit_retention', 'audit_retention_runs'] LOOP
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
-- No runtime login removes an archive's record.
GRANT INSERT, UPDATE ON public.audit_archives TO signalbox_system;
GRANT INSERT, UPDATE ON public.audit_retention TO signalbox_tenant, signalbox_system;
GRANT INSERT ON public.audit_retention_runs TO signalbox_system;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.audit_sweeps TO signalbox_system;
GRANT SELECT (id, started_at, finished_at) ON public.audit_sweeps TO signalbox_tenant;
GRANT SELECT, UPDATE (sweep_id, leased_until) ON public.audit_retention_lease TO signalbox_system;
INSERT INTO public.audit_retention_lease DEFAULT VALUES;
--> statement-breakpoint

-- Takes from the table the events that a written archive holds, in batches, all in the transaction that
-- has set it to written: at every instant an event is in the table or in an archive. The only way in
-- which an event leaves the table. Refuses what is younger than any tenant may ask for, and to end with
-- another number of events than the archive has.
CREATE FUNCTION public.remove_archived_events(tenant uuid, archive uuid, batch integer DEFAULT 1000) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  held public.audit_archives;
  seal record;
  at integer;
  gone integer;
  removed bigint := 0;
BEGIN
  SELECT * INTO held FROM public.audit_archives a
  WHERE a.tenant_id = remove_archived_events.tenant AND a.id = remove_archived_events.archive;
  IF held.state IS DISTINCT FROM 'written' THEN
    RAISE EXCEPTION 'There is no such written archive' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF held.to_at > now() - interval '30 days' THEN
    RAISE EXCEPTION 'The archive has events that are too young to leave the table' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR seal IN
    SELECT s.sequence, s.from_at, s.to_at, s.event_ids FROM public.audit_seals s
    WHERE s.tenant_id = held.tenant_id AND s.sequence BETWEEN held.first_sequence AND held.last_sequence
      AND s.event_ids IS NOT NULL
    ORDER BY s.sequence
  LOOP
    at := 1;
    WHILE at <= cardinality(seal.event_ids) LOOP
      DELETE FROM public.audit_events e
      WHERE e.tenant_id = held.tenant_id AND e.occurred_at BETWEEN seal.from_at AND seal.to_at
        AND e.id = ANY (seal.event_ids[at : at + remove_archived_events.batch - 1]);
      GET DIAGNOSTICS gone = ROW_COUNT;
      removed := removed + gone;
      at := at + remove_archived_events.batch;
    END LOOP;
  END LOOP;
  IF removed <> held.events THEN
    RAISE EXCEPTION 'The archive holds % events, and % are in the table', held.events, removed;
  END IF;
  UPDATE public.audit_seals s SET event_ids = NULL, leaves = NULL
  WHERE s.tenant_id = held.tenant_id AND s.sequence BETWEEN held.first_sequence AND held.last_sequence;
  RETURN removed;
END
$$;
REVOKE ALL ON FUNCTION public.remove_archived_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.remove_archived_events TO signalbox_system;
--> statement-breakpoint

-- Takes the seals of an expired archive, whose signed record takes their place at the chain's beginning.
CREATE FUNCTION public.remove_expired_seals(tenant uuid, archive uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  gone bigint;
BEGIN
  DELETE FROM public.audit_seals s USING public.audit_archives a
  WHERE a.tenant_id = remove_expired_seals.tenant AND a.id = remove_expired_seals.archive AND a.state = 'expired'
    AND s.tenant_id = a.tenant_id AND s.sequence BETWEEN a.first_sequence AND a.last_sequence
    AND s.event_ids IS NULL;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END
$$;
REVOKE ALL ON FUNCTION public.remove_expired_seals FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.remove_expired_seals TO signalbox_system;
--> statement-breakpoint

-- Drops the partitions of months that ended 30 days ago or more and have no rows. Detached, so that the
-- parent is locked for an instant; when it is busy, another day.
CREATE FUNCTION public.drop_empty_audit_partitions() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET timezone = 'UTC'
AS $$
DECLARE
  part record;
  is_used boolean;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('signalbox.ensure_audit_partition'));
  FOR part IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'public.audit_events'::regclass AND c.relname ~ '^audit_events_\d{4}_\d{2}$'
      AND (to_date(substr(c.relname, 14), 'YYYY_MM') + interval '1 month') < now() - interval '30 days'
    ORDER BY c.relname
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', part.relname) INTO is_used;
    CONTINUE WHEN is_used;
    BEGIN
      EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', part.relname);
      EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', part.relname) INTO is_used;
      CONTINUE WHEN is_used;
      EXECUTE format('ALTER TABLE public.audit_events DETACH PARTITION public.%I', part.relname);
      EXECUTE format('DROP TABLE public.%I', part.relname);
      dropped := dropped + 1;
    EXCEPTION WHEN lock_not_available THEN
      RETURN dropped;
    END;
  END LOOP;
  RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION public.drop_empty_audit_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.drop_empty_audit_partitions TO signalbox_system;
