import { Link, useMatches } from "@remix-run/react";
import { ChevronRight } from "lucide-react";
import { cx } from "../primitives/cx.ts";
import { type Crumb, placeIn } from "./place.ts";
import { sectionOf } from "./sections.ts";

interface Trail {
  above: Crumb[];
  here: string;
}

/** Section, what is between, and the page itself; a page that is missing or failed ends at its section. */
function useTrail(): Trail {
  const match = useMatches().at(-1);
  const section = sectionOf(match?.pathname ?? "");
  const place = match?.data === undefined ? undefined : placeIn(match.handle);
  if (match === undefined || place === undefined) return { above: [], here: section?.label ?? "Not found" };
  return {
    above: [
      ...(section === undefined ? [] : [{ label: section.label, to: section.to }]),
      ...(place.above?.(match.data) ?? []),
    ],
    here: place.here(match.data),
  };
}

/** Where one is. On a phone only the step above is left beside the page itself. */
export function Breadcrumbs({ className }: { className?: string }) {
  const { above, here } = useTrail();
  return (
    <nav aria-label="Breadcrumb" className={className}>
      <ol className="flex min-w-0 items-center gap-1 text-sm">
        {above.map((crumb, index) => (
          <li
            key={crumb.to}
            className={cx(
              "flex min-w-0 shrink-0 items-center gap-1 text-ink-muted",
              index < above.length - 1 && "max-sm:hidden",
            )}
          >
            <Link
              to={crumb.to}
              className="max-w-[9rem] truncate rounded-sm py-1 transition-colors hover:text-ink sm:max-w-[16rem]"
            >
              {crumb.label}
            </Link>
            <ChevronRight aria-hidden="true" className="size-3.5 shrink-0 text-ink-faint" />
          </li>
        ))}
        <li aria-current="page" className="truncate font-medium text-ink">
          {here}
        </li>
      </ol>
    </nav>
  );
}
