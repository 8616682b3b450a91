import { Download } from "lucide-react";
import { ButtonLink } from "../primitives/button.tsx";

/** Downloads a file; the browser itself goes there, since it is no page. */
export function CsvLink({ to, children = "CSV" }: { to: string; children?: string }) {
  return (
    <ButtonLink
      to={to}
      reloadDocument
      download
      icon={<Download aria-hidden="true" className="size-4" />}
      className="print:hidden"
    >
      {children}
    </ButtonLink>
  );
}
