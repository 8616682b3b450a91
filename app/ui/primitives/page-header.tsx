import { Link } from "@remix-run/react";
import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

export interface Crumb {
  label: string;
  to: string;
}

interface PageHeaderProps {
  title: ReactNode;
  description?: ReactNode;
  /** The way up, outermost first. */
  crumbs?: Crumb[];
  /** The page's own place at the end of that way. */
  here?: string;
  actions?: ReactNode;
}

export function PageHeader({ title, description, crumbs = [], here, actions }: PageHeaderProps) {
  return (
    <header className="mb-6">
      {crumbs.length > 0 && (
        <nav aria-label="Breadcrumb" className="mb-2">
          <ol className="flex items-center gap-1 text-sm text-ink-muted">
            {crumbs.map((crumb) => (
              <li key={crumb.to} className="flex min-w-0 items-center gap-1">
                <Link to={crumb.to} className="truncate rounded-sm py-1 hover:text-ink hover:underline">
                  {crumb.label}
                </Link>
                <ChevronRight aria-hidden="true" className="size-3.5 shrink-0 text-ink-faint" />
              </li>
            ))}
            <li aria-current="page" className="truncate text-ink">
              {here}
            </li>
          </ol>
        </nav>
      )}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-4">
        <div className="min-w-0">
          <h1 className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xl font-semibold [overflow-wrap:anywhere]">
            {title}
          </h1>
          {description && <div className="mt-1 max-w-prose text-base text-ink-muted">{description}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
    </header>
  );
}
