import { notFound } from "#app/domain/errors.ts";
import { pageLoader } from "#app/http/page-route.server.ts";

/** Every address that is no page. */
export const loader = pageLoader({
  scope: "public",
  handler: () => {
    throw notFound("page");
  },
});

export default function NotFound() {
  return null;
}
