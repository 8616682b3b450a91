import { data, redirect } from "@remix-run/node";
import { z } from "zod";
import { toLocalPath } from "#app/http/local-path.ts";
import { pageAction, pageLoader } from "#app/http/page-route.server.ts";
import { asResource } from "#app/http/resource-route.server.ts";
import { keepTheme } from "#app/http/theme-cookie.server.ts";
import { themes } from "#app/ui/shell/theme.ts";

export const loader = asResource(pageLoader({ scope: "public", handler: () => redirect("/") }));

export const action = asResource(
  pageAction({
    scope: "public",
    form: z.strictObject({ theme: z.enum(themes), returnTo: z.string().optional() }),
    handler: async ({ form: { theme, returnTo }, args }) => {
      const headers = { "Set-Cookie": await keepTheme(theme, args.context) };
      if (returnTo === undefined) return data({ theme }, { headers });
      return redirect(toLocalPath(returnTo, "/"), { headers });
    },
  }),
);
