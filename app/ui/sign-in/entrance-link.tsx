import { Link } from "@remix-run/react";
import type { ReactNode } from "react";

/** A way from one page before the sign-in to another. */
export function EntranceLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} className="font-medium text-accent-ink underline-offset-2 hover:underline">
      {children}
    </Link>
  );
}
