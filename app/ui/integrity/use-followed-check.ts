import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import type { VerificationView } from "#app/domain/integrity/schema.ts";

const everyMs = 1_000;

/** Loads the page anew while a check is under way; gives whether one is. */
export function useFollowedCheck(verification: VerificationView | null): boolean {
  const { revalidate } = useRevalidator();
  const isRunning = verification?.state === "waiting" || verification?.state === "running";
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") revalidate();
    }, everyMs);
    return () => clearInterval(timer);
  }, [isRunning, revalidate]);
  return isRunning;
}
