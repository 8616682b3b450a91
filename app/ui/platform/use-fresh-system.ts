import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";

/** As often as processes say how they are doing, twice over. */
const everyMs = 10_000;

/** Loads the page again every few seconds while somebody looks at it and no question is open. */
export function useFreshSystem(): void {
  const { revalidate, state } = useRevalidator();
  useEffect(() => {
    const timer = setInterval(() => {
      const isWanted =
        state === "idle" &&
        document.visibilityState === "visible" &&
        document.querySelector("dialog[open]") === null;
      if (isWanted) revalidate();
    }, everyMs);
    return () => clearInterval(timer);
  }, [revalidate, state]);
}
