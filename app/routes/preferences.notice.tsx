import { data, redirect } from "@remix-run/node";
import { z } from "zod";
import { toLocalPath } from "#app/http/local-path.ts";
import { dismissNotice } from "#app/http/notice-cookie.server.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { confirmEmailNotice } from "#app/ui/shell/confirm-email-notice.tsx";

export const loader = asResource(pageLoader({ scope: "public", handler: () => redirect("/") }));

export const action = asResource(
  pageAction({
    scope: "public",
    form: z.strictObject({ dismiss: z.literal(confirmEmailNotice), returnTo: z.string().optional() }),
    handler: async ({ form: { dismiss, returnTo }, args }) => {
      const headers = { "Set-Cookie": await dismissNotice(dismiss, args.context) };
      if (returnTo === undefined) return data({ dismissed: dismiss }, { headers });
      return redirect(toLocalPath(returnTo, "/"), { headers });
    },
  }),
);
