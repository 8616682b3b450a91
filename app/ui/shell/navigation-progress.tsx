import { useNavigation } from "@remix-run/react";
import { useEffect, useState } from "react";

/** A line at the top while a page takes longer to come than the eye forgives. */
export function NavigationProgress() {
  const { state } = useNavigation();
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (state === "idle") {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, [state]);
  return (
    <div
      role="status"
      aria-label={shown ? "Loading" : undefined}
      className="pointer-events-none fixed inset-x-0 top-0 z-50 h-0.5 overflow-hidden"
    >
      {shown && <div className="h-full w-2/5 animate-sweep rounded-full bg-accent" />}
    </div>
  );
}
