CREATE TABLE "seen_marks" (
	"tenant_id" uuid NOT NULL,
	"membership_id" uuid NOT NULL,
	"mailbox_id" uuid NOT NULL,
	"seen_through" bigint NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "seen_marks_pkey" PRIMARY KEY("tenant_id","membership_id","mailbox_id"),
	CONSTRAINT "seen_marks_through_check" CHECK ("seen_marks"."seen_through" >= 0)
);
--> statement-breakpoint
ALTER TABLE "seen_marks" ADD CONSTRAINT "seen_marks_membership_fkey" FOREIGN KEY ("tenant_id","membership_id") REFERENCES "public"."memberships"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "seen_marks" ADD CONSTRAINT "seen_marks_mailbox_fkey" FOREIGN KEY ("tenant_id","mailbox_id") REFERENCES "public"."mailboxes"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "seen_marks_mailbox_idx" ON "seen_marks" USING btree ("tenant_id","mailbox_id");--> statement-breakpoint
-- A tenant table's four things (0001_security.sql).
ALTER TABLE public.seen_marks ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.seen_marks FORCE ROW LEVEL SECURITY;
CREATE POLICY seen_marks_owner ON public.seen_marks TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY seen_marks_system ON public.seen_marks TO signalbox_system USING (true) WITH CHECK (true);
CREATE POLICY seen_marks_tenant ON public.seen_marks TO signalbox_tenant
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
  WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE ON public.seen_marks TO signalbox_tenant;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.seen_marks TO signalbox_system;
-- One row a person and mailbox, updated in place while they look at it.
ALTER TABLE public.seen_marks SET (fillfactor = 50);
