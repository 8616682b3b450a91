import { redirect } from "@remix-run/node";
import { pageLoader } from "#app/http/page-route.server.ts";

export const loader = pageLoader({ scope: "authenticated", handler: () => redirect("/dashboard/inbox") });
