import { redirect } from "@remix-run/node";
import { pageLoader } from "#app/http/page-route.server.ts";
import { tenantsPath } from "#app/ui/platform/tenant-words.ts";

export const loader = pageLoader({
  scope: "tenants:admin",
  handler: () => {
    throw redirect(tenantsPath);
  },
});

export default function Start() {
  return null;
}
