import { redirect, redirectDocument } from "@remix-run/node";
import { z } from "zod";
import { tenantIdSchema } from "#app/domain/auth/session-schema.ts";
import { switchTenant } from "#app/domain/auth/switch-tenant.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { keepSessionToken } from "#app/http/session-cookie.server.ts";

export const loader = asResource(pageLoader({ scope: "public", handler: () => redirect("/") }));

/** To another of the person's organisations; with a new document, since nothing of the old page holds there. */
export const action = asResource(
  pageAction({
    scope: "authenticated",
    form: z.strictObject({ tenantId: tenantIdSchema }),
    handler: async ({ db, actor, form: { tenantId }, headers, request, args }) => {
      const { token } = await switchTenant(
        db,
        actor,
        { tenantId, userAgent: headers.get("User-Agent") },
        request,
      );
      return redirectDocument("/dashboard", {
        headers: { "Set-Cookie": await keepSessionToken(token, args.context) },
      });
    },
  }),
);
