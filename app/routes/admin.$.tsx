import type { MetaFunction } from "@remix-run/node";
import { notFound } from "#app/domain/errors.ts";
import { pageLoader } from "#app/http/page-route.server.ts";

export const meta: MetaFunction = () => [{ title: "Not found · Signalbox" }];

/** An address under the service's administration that is no page: said inside the shell. */
export const loader = pageLoader({
  scope: "tenants:admin",
  handler: () => {
    throw notFound("page");
  },
});

export default function NotFound() {
  return null;
}
