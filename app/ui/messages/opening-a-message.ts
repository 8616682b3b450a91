import type { ShouldRevalidateFunction } from "@remix-run/react";

/** Of a page with a list beside the open message: opening one of the list needs nothing new from the server. */
export const revalidateUnlessOpening: ShouldRevalidateFunction = ({
  currentUrl,
  nextUrl,
  formAction,
  defaultShouldRevalidate,
}) => {
  if (formAction?.startsWith("/preferences/")) return false;
  if (currentUrl.href === nextUrl.href) return defaultShouldRevalidate;
  return withoutMessage(currentUrl) === withoutMessage(nextUrl) ? false : defaultShouldRevalidate;
};

function withoutMessage(url: URL): string {
  const search = new URLSearchParams(url.search);
  search.delete("message");
  return `${url.pathname}?${search}`;
}
