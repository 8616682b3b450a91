CREATE TABLE "instances" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"report" jsonb NOT NULL
);
--> statement-breakpoint
-- Of no tenant: the service's own processes.
GRANT SELECT, INSERT, UPDATE, DELETE ON public.instances TO signalbox_system;
-- A row that is updated in place over and over.
ALTER TABLE public.instances SET (fillfactor = 50);
