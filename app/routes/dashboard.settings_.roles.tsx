import type { MetaFunction } from "@remix-run/node";
import { pageLoader } from "#app/http/page-route.server.ts";
import { RolesPage } from "#app/ui/settings/roles-page.tsx";
import { placeOf } from "#app/ui/shell/place.ts";

export const meta: MetaFunction = () => [{ title: "Roles · Signalbox" }];

export const handle = placeOf({ here: () => "Roles" });

/** What everybody may know: the table is the interface's own. */
export const loader = pageLoader({ scope: "authenticated", handler: () => null });

export default RolesPage;
