import { redirect } from "@remix-run/node";
import { pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

export const loader = asResource(
  pageLoader({
    scope: "public",
    handler: () => redirect("/dashboard"),
  }),
);
