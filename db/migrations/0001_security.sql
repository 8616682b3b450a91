-- Who sees what (docs/decisions/0005-three-logins-and-row-level-security.md). Three logins: the owner (migrations only),
-- signalbox_tenant (sees the tenant its transaction has set) and signalbox_system (jobs, platform
-- pages, group commit). The two runtime logins are made before this file runs (db/roles.server.ts).
-- A tenant table added later gets the same four things: ENABLE, FORCE, policies, grants; tests/db
-- reads the catalogue and fails when one is missing.

-- The owner is under FORCE too, so that a policy, not a bypass, lets migrations and foreign-key
-- checks through: they would silently touch zero rows where the owner is no superuser.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY[
    'tenants', 'users', 'memberships', 'sessions', 'api_keys', 'agents', 'mailboxes', 'allowlist_edges',
    'messages', 'deliveries', 'idempotency_keys', 'audit_events'
  ] LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY %I ON public.%I TO CURRENT_USER USING (true) WITH CHECK (true)', name || '_owner', name);
    EXECUTE format('CREATE POLICY %I ON public.%I TO signalbox_system USING (true) WITH CHECK (true)', name || '_system', name);
  END LOOP;

  -- An unset value reads back as '' once a transaction of the same session has set it: NULLIF.
  FOREACH name IN ARRAY ARRAY[
    'memberships', 'sessions', 'api_keys', 'agents', 'mailboxes', 'allowlist_edges',
    'messages', 'deliveries', 'idempotency_keys', 'audit_events'
  ] LOOP
    EXECUTE format(
      'CREATE POLICY %I ON public.%I TO signalbox_tenant
         USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)',
      name || '_tenant', name);
  END LOOP;
END
$$;
--> statement-breakpoint
CREATE POLICY tenants_tenant ON public.tenants FOR SELECT TO signalbox_tenant
  USING (id = nullif(current_setting('app.tenant_id', true), '')::uuid);
--> statement-breakpoint
-- A person is seen by the tenants that the person belongs to.
CREATE POLICY users_tenant ON public.users FOR SELECT TO signalbox_tenant
  USING (EXISTS (
    SELECT FROM public.memberships m
    WHERE m.user_id = users.id AND m.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
  ));
--> statement-breakpoint

-- What the tenant login may do. Column lists keep password_hash, token_hash and key_hash from it:
-- credentials are resolved by the system login alone.
GRANT SELECT ON public.tenants TO signalbox_tenant;
GRANT SELECT (id, email, name, platform_admin, created_at, disabled_at) ON public.users TO signalbox_tenant;
GRANT SELECT ON public.memberships TO signalbox_tenant;
GRANT SELECT (tenant_id, id, user_id, created_at, last_used_at, expires_at, revoked_at, user_agent, ip_hash),
  UPDATE (last_used_at, revoked_at) ON public.sessions TO signalbox_tenant;
GRANT SELECT (tenant_id, id, agent_id, name, prefix, scopes, created_by, created_at, last_used_at, expires_at, revoked_at),
  INSERT, UPDATE (name, last_used_at, expires_at, revoked_at) ON public.api_keys TO signalbox_tenant;
GRANT SELECT, INSERT, UPDATE ON public.agents, public.mailboxes TO signalbox_tenant;
GRANT SELECT, INSERT, DELETE ON public.allowlist_edges TO signalbox_tenant;
GRANT SELECT, INSERT ON public.messages TO signalbox_tenant;
GRANT SELECT, INSERT, UPDATE ON public.deliveries, public.idempotency_keys TO signalbox_tenant;
GRANT SELECT, INSERT ON public.audit_events TO signalbox_tenant;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON
  public.tenants, public.users, public.memberships, public.sessions, public.api_keys, public.agents,
  public.mailboxes, public.allowlist_edges, public.messages, public.deliveries, public.idempotency_keys,
  public.worker_heartbeats
TO signalbox_system;
-- Append-only for everybody who runs: no UPDATE, no DELETE, no TRUNCATE.
GRANT SELECT, INSERT ON public.audit_events TO signalbox_system;
GRANT SELECT ON public.job_tasks TO signalbox_system;
--> statement-breakpoint

-- Enqueues on the caller's transaction. As the tenant login graphile_worker.add_job itself fails on
-- that schema's own row-level security, so this runs as the owner, for known tasks only.
CREATE FUNCTION public.enqueue_job(
  task text,
  payload json DEFAULT '{}',
  queue_name text DEFAULT NULL,
  run_at timestamptz DEFAULT NULL,
  max_attempts integer DEFAULT NULL,
  job_key text DEFAULT NULL,
  priority integer DEFAULT NULL,
  job_key_mode text DEFAULT 'replace'
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM public.job_tasks t WHERE t.name = enqueue_job.task) THEN
    RAISE EXCEPTION 'There is no such job task: %', enqueue_job.task USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF enqueue_job.job_key_mode NOT IN ('replace', 'preserve_run_at') THEN
    RAISE EXCEPTION 'Unusable job key mode: %', enqueue_job.job_key_mode USING ERRCODE = 'invalid_parameter_value';
  END IF;
  RETURN (graphile_worker.add_job(
    identifier => enqueue_job.task,
    payload => enqueue_job.payload,
    queue_name => enqueue_job.queue_name,
    run_at => enqueue_job.run_at,
    max_attempts => enqueue_job.max_attempts,
    job_key => enqueue_job.job_key,
    priority => enqueue_job.priority,
    job_key_mode => enqueue_job.job_key_mode
  )).id;
END
$$;
REVOKE ALL ON FUNCTION public.enqueue_job FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.enqueue_job TO signalbox_tenant, signalbox_system;
--> statement-breakpoint

-- Makes the month's partition of audit_events: created and secured apart, then attached, so that the
-- parent is locked for an instant only (CREATE … PARTITION OF takes ACCESS EXCLUSIVE on it, and a
-- partition inherits neither row-level security nor grants). Idempotent; returns the partition's name.
CREATE FUNCTION public.ensure_audit_partition(month date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' SET timezone = 'UTC'
AS $$
DECLARE
  lower_bound date := date_trunc('month', ensure_audit_partition.month)::date;
  upper_bound date := (lower_bound + interval '1 month')::date;
  partition text := 'audit_events_' || to_char(lower_bound, 'YYYY_MM');
BEGIN
  IF lower_bound IS NULL OR lower_bound NOT BETWEEN (now() - interval '10 years')::date AND (now() + interval '2 years')::date THEN
    RAISE EXCEPTION 'No audit partition is made for %', ensure_audit_partition.month USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('signalbox.ensure_audit_partition'));
  IF EXISTS (
    SELECT FROM pg_inherits i
    WHERE i.inhparent = 'public.audit_events'::regclass AND i.inhrelid = to_regclass('public.' || partition)
  ) THEN
    RETURN partition;
  END IF;
  EXECUTE format(
    'CREATE TABLE public.%I (LIKE public.audit_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', partition);
  -- Nothing is granted and no policy names a runtime login: rows are reached through the parent only.
  EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', partition);
  EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', partition);
  EXECUTE format('CREATE POLICY %I ON public.%I TO CURRENT_USER USING (true) WITH CHECK (true)', partition || '_owner', partition);
  EXECUTE format(
    'ALTER TABLE public.audit_events ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
    partition, lower_bound::text || ' 00:00:00+00', upper_bound::text || ' 00:00:00+00');
  RETURN partition;
END
$$;
REVOKE ALL ON FUNCTION public.ensure_audit_partition FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.ensure_audit_partition TO signalbox_system;
--> statement-breakpoint

-- Rows that are updated in place over and over: room on the page keeps the updates HOT.
ALTER TABLE public.mailboxes SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE public.deliveries SET (fillfactor = 80);
--> statement-breakpoint

-- The reserved tenant (SYSTEM_TENANT_UUID in db/ids.ts) and its operators' desk.
INSERT INTO public.tenants (id, name, slug, is_system)
VALUES ('00000000-0000-7000-8000-000000000000', 'Signalbox', 'system', true);
INSERT INTO public.mailboxes (tenant_id, id, kind)
VALUES ('00000000-0000-7000-8000-000000000000', '00000000-0000-7000-8000-000000000001', 'desk');
