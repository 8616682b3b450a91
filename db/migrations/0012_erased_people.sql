ALTER TABLE "erasures" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_user_check" CHECK ("erasures"."user_id" is null or "erasures"."subject_kind" = 'member');--> statement-breakpoint
-- Whom the requests so far are about: of who is a member still, by the membership; of who is not, by the
-- event of their leaving, as long as it is in the table. Events name both by their TypeIDs (db/type-id-codec.ts).
UPDATE public.erasures erasure SET user_id = membership.user_id
FROM public.memberships membership
WHERE erasure.subject_kind = 'member' AND membership.tenant_id = erasure.tenant_id AND membership.id = erasure.subject_id;
CREATE FUNCTION public.uuid_of_type_id(type_id text) RETURNS uuid
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(to_hex(substr(suffix.bits, 3 + 4 * digit, 4)::bit(4)::integer), '' ORDER BY digit)::uuid
  FROM (
    SELECT string_agg((strpos('0123456789abcdefghjkmnpqrstvwxyz', substr(type_id, at, 1)) - 1)::bit(5)::text, '' ORDER BY at) AS bits
    FROM generate_series(5, 30) AS at
  ) suffix, generate_series(0, 31) AS digit
$$;
WITH removed AS MATERIALIZED (
  SELECT event.tenant_id, event.resource_id AS membership_id, event.details->>'userId' AS user_id
  FROM public.audit_events event
  WHERE event.tenant_id IN (
      SELECT erasure.tenant_id FROM public.erasures erasure
      WHERE erasure.subject_kind = 'member' AND erasure.user_id IS NULL
    )
    AND event.action = 'membership.removed'
    AND event.resource_id ~ '^mem_[0-7][0-9a-hjkmnp-tv-z]{25}$'
    AND event.details->>'userId' ~ '^usr_[0-7][0-9a-hjkmnp-tv-z]{25}$'
)
UPDATE public.erasures erasure SET user_id = public.uuid_of_type_id(removed.user_id)
FROM removed
WHERE erasure.subject_kind = 'member' AND erasure.user_id IS NULL AND erasure.tenant_id = removed.tenant_id
  AND erasure.subject_id = public.uuid_of_type_id(removed.membership_id);
DROP FUNCTION public.uuid_of_type_id;
