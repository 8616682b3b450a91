CREATE TABLE "audit_events" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"occurred_at" timestamp with time zone DEFAULT now() NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text,
	"actor_name" text,
	"action" text NOT NULL,
	"resource_type" text NOT NULL,
	"resource_id" text,
	"resource_name" text,
	"status" text NOT NULL,
	"request_id" text,
	"correlation_id" text,
	"ip_hash" "bytea",
	"details" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "audit_events_pkey" PRIMARY KEY("tenant_id","occurred_at","id"),
	CONSTRAINT "audit_events_actor_kind_check" CHECK ("audit_events"."actor_kind" in ('user', 'agent', 'system')),
	CONSTRAINT "audit_events_status_check" CHECK ("audit_events"."status" in ('success', 'failure', 'denied'))
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"agent_id" uuid,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_keys_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "memberships_tenant_user_key" UNIQUE("tenant_id","user_id"),
	CONSTRAINT "memberships_role_check" CHECK ("memberships"."role" in ('tenant_admin', 'developer', 'member'))
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"user_agent" text,
	"ip_hash" "bytea",
	CONSTRAINT "sessions_pkey" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"platform_admin" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"disabled_at" timestamp with time zone,
	CONSTRAINT "users_email_check" CHECK ("users"."email" = lower("users"."email") and length("users"."email") <= 254)
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"model_tier" text NOT NULL,
	"thinking_mode" text DEFAULT 'off' NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"paused_at" timestamp with time zone,
	"paused_reason" text,
	"token_quota" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "agents_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "agents_model_tier_check" CHECK ("agents"."model_tier" in ('haiku', 'sonnet', 'opus')),
	CONSTRAINT "agents_thinking_mode_check" CHECK ("agents"."thinking_mode" in ('off', 'low', 'medium', 'high')),
	CONSTRAINT "agents_status_check" CHECK ("agents"."status" in ('active', 'paused')),
	CONSTRAINT "agents_token_quota_check" CHECK ("agents"."token_quota" >= 0)
);
--> statement-breakpoint
CREATE TABLE "allowlist_edges" (
	"tenant_id" uuid NOT NULL,
	"sender_id" uuid NOT NULL,
	"recipient_id" uuid NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "allowlist_edges_pkey" PRIMARY KEY("tenant_id","sender_id","recipient_id")
);
--> statement-breakpoint
CREATE TABLE "deliveries" (
	"tenant_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"recipient_id" uuid NOT NULL,
	"sequence" bigint,
	"status" text NOT NULL,
	"handling" text DEFAULT 'unread' NOT NULL,
	"priority_rank" integer NOT NULL,
	"reason" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"leases" integer DEFAULT 0 NOT NULL,
	"lease_id" uuid,
	"available_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"handled_at" timestamp with time zone,
	CONSTRAINT "deliveries_pkey" PRIMARY KEY("tenant_id","message_id"),
	CONSTRAINT "deliveries_status_check" CHECK ("deliveries"."status" in ('pending', 'sent', 'delivered', 'failed', 'expired', 'blocked')),
	CONSTRAINT "deliveries_handling_check" CHECK ("deliveries"."handling" in ('unread', 'leased', 'acked', 'dead')),
	CONSTRAINT "deliveries_priority_rank_check" CHECK ("deliveries"."priority_rank" between 0 and 3)
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"tenant_id" uuid NOT NULL,
	"sender_id" uuid NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"message_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("tenant_id","sender_id","key"),
	CONSTRAINT "idempotency_keys_key_check" CHECK (length("idempotency_keys"."key") between 1 and 200)
);
--> statement-breakpoint
CREATE TABLE "mailboxes" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"mode" text DEFAULT 'read' NOT NULL,
	"last_sequence" bigint DEFAULT 0 NOT NULL,
	"purged_through" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "mailboxes_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "mailboxes_kind_check" CHECK ("mailboxes"."kind" in ('agent', 'member', 'desk')),
	CONSTRAINT "mailboxes_mode_check" CHECK ("mailboxes"."mode" in ('read', 'claim', 'push')),
	CONSTRAINT "mailboxes_sequence_check" CHECK ("mailboxes"."purged_through" between 0 and "mailboxes"."last_sequence")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"tenant_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"sender_kind" text NOT NULL,
	"sender_id" uuid NOT NULL,
	"recipient_kind" text NOT NULL,
	"recipient_id" uuid NOT NULL,
	"sequence" bigint,
	"type" text NOT NULL,
	"kind" text NOT NULL,
	"priority" text NOT NULL,
	"payload" jsonb NOT NULL,
	"correlation_id" text NOT NULL,
	"reply_to" uuid,
	"expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "messages_pkey" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "messages_sender_kind_check" CHECK ("messages"."sender_kind" in ('agent', 'member', 'desk')),
	CONSTRAINT "messages_recipient_kind_check" CHECK ("messages"."recipient_kind" in ('agent', 'member', 'desk')),
	CONSTRAINT "messages_type_check" CHECK ("messages"."type" in ('task_handoff', 'status_update', 'data_request', 'data_response', 'escalation')),
	CONSTRAINT "messages_kind_check" CHECK ("messages"."kind" in ('command', 'event', 'query', 'response', 'notification')),
	CONSTRAINT "messages_priority_check" CHECK ("messages"."priority" in ('urgent', 'high', 'normal', 'low')),
	CONSTRAINT "messages_correlation_check" CHECK (length("messages"."correlation_id") between 1 and 200)
);
--> statement-breakpoint
CREATE TABLE "job_tasks" (
	"name" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "worker_heartbeats" (
	"worker_id" text PRIMARY KEY NOT NULL,
	"runner" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tenants" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"is_system" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tenants_status_check" CHECK ("tenants"."status" in ('active', 'suspended'))
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_agent_fkey" FOREIGN KEY ("tenant_id","agent_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_membership_fkey" FOREIGN KEY ("tenant_id","user_id") REFERENCES "public"."memberships"("tenant_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allowlist_edges" ADD CONSTRAINT "allowlist_edges_sender_fkey" FOREIGN KEY ("tenant_id","sender_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allowlist_edges" ADD CONSTRAINT "allowlist_edges_recipient_fkey" FOREIGN KEY ("tenant_id","recipient_id") REFERENCES "public"."agents"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_message_fkey" FOREIGN KEY ("tenant_id","message_id") REFERENCES "public"."messages"("tenant_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailboxes" ADD CONSTRAINT "mailboxes_tenant_id_tenants_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_recipient_fkey" FOREIGN KEY ("tenant_id","recipient_id") REFERENCES "public"."mailboxes"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_events_tail_idx" ON "audit_events" USING btree ("xid","id");--> statement-breakpoint
CREATE INDEX "audit_events_action_idx" ON "audit_events" USING btree ("tenant_id","action","occurred_at","id");--> statement-breakpoint
CREATE INDEX "audit_events_actor_idx" ON "audit_events" USING btree ("tenant_id","actor_id","occurred_at","id");--> statement-breakpoint
CREATE INDEX "audit_events_resource_idx" ON "audit_events" USING btree ("tenant_id","resource_id","occurred_at","id");--> statement-breakpoint
CREATE INDEX "audit_events_correlation_idx" ON "audit_events" USING btree ("tenant_id","correlation_id","occurred_at","id") WHERE "audit_events"."correlation_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE INDEX "api_keys_agent_idx" ON "api_keys" USING btree ("tenant_id","agent_id","created_at");--> statement-breakpoint
CREATE INDEX "memberships_user_idx" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sessions_token_hash_key" ON "sessions" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("tenant_id","user_id","last_used_at");--> statement-breakpoint
CREATE INDEX "sessions_expires_idx" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "agents_name_idx" ON "agents" USING btree ("tenant_id","name","id");--> statement-breakpoint
CREATE INDEX "allowlist_edges_recipient_idx" ON "allowlist_edges" USING btree ("tenant_id","recipient_id","sender_id");--> statement-breakpoint
CREATE INDEX "deliveries_inbox_status_idx" ON "deliveries" USING btree ("tenant_id","recipient_id","status","sequence") WHERE "deliveries"."sequence" is not null;--> statement-breakpoint
CREATE INDEX "deliveries_open_idx" ON "deliveries" USING btree ("tenant_id","recipient_id","priority_rank","sequence") WHERE "deliveries"."handling" in ('unread', 'leased') and "deliveries"."status" in ('pending', 'sent', 'delivered');--> statement-breakpoint
CREATE INDEX "deliveries_expiry_idx" ON "deliveries" USING btree ("expires_at") WHERE "deliveries"."expires_at" is not null and "deliveries"."handling" in ('unread', 'leased') and "deliveries"."status" in ('pending', 'sent', 'delivered');--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_idx" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "mailboxes_one_desk_key" ON "mailboxes" USING btree ("tenant_id") WHERE "mailboxes"."kind" = 'desk';--> statement-breakpoint
CREATE UNIQUE INDEX "messages_inbox_key" ON "messages" USING btree ("tenant_id","recipient_id","sequence") WHERE "messages"."sequence" is not null;--> statement-breakpoint
CREATE INDEX "messages_inbox_type_idx" ON "messages" USING btree ("tenant_id","recipient_id","type","sequence") WHERE "messages"."sequence" is not null;--> statement-breakpoint
CREATE INDEX "messages_inbox_sender_idx" ON "messages" USING btree ("tenant_id","recipient_id","sender_id","sequence") WHERE "messages"."sequence" is not null;--> statement-breakpoint
CREATE INDEX "messages_sender_idx" ON "messages" USING btree ("tenant_id","sender_id","id");--> statement-breakpoint
CREATE INDEX "messages_conversation_idx" ON "messages" USING btree ("tenant_id","correlation_id","id");--> statement-breakpoint
CREATE INDEX "messages_member_conversation_idx" ON "messages" USING btree ("tenant_id","correlation_id","sender_id") WHERE "messages"."sender_kind" = 'member';--> statement-breakpoint
CREATE INDEX "worker_heartbeats_seen_idx" ON "worker_heartbeats" USING btree ("last_seen_at");--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_slug_key" ON "tenants" USING btree ("slug");--> statement-breakpoint
CREATE UNIQUE INDEX "tenants_one_system_key" ON "tenants" USING btree ("is_system") WHERE "tenants"."is_system";