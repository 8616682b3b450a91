import { redirect } from "@remix-run/node";
import { z } from "zod";
import { signOut } from "#app/http/authenticator.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";

/** A link cannot sign anybody out: only a posted form does. */
export const loader = asResource(pageLoader({ scope: "public", handler: () => redirect("/") }));

export const action = asResource(
  pageAction({
    scope: "public",
    form: z.unknown(),
    handler: async ({ args }) => redirect("/sign-in", { headers: await signOut(args.request, args.context) }),
  }),
);
