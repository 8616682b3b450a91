import type { ShouldRevalidateFunction } from "@remix-run/react";

/** For a page that answers a change of these parameters with what it has: no need to ask the server. */
export const revalidateUnlessOnly =
  (names: readonly string[]): ShouldRevalidateFunction =>
  ({ currentUrl, nextUrl, formAction, defaultShouldRevalidate }) => {
    if (formAction?.startsWith("/preferences/")) return false;
    if (currentUrl.href === nextUrl.href) return defaultShouldRevalidate;
    return without(names, currentUrl) === without(names, nextUrl) ? false : defaultShouldRevalidate;
  };

/** Of a page with a list beside the open message: opening one of the list needs nothing new from the server. */
export const revalidateUnlessOpening = revalidateUnlessOnly(["message"]);

function without(names: readonly string[], url: URL): string {
  const search = new URLSearchParams(url.search);
  for (const name of names) search.delete(name);
  return `${url.pathname}?${search}`;
}
