import { ExportMenu as Menu } from "../primitives/export-menu.tsx";
import { exportHref, type MessageFilters } from "./messages-href.ts";

/** What the list shows, all pages of it, as a file. */
export const ExportMenu = ({ filters }: { filters: MessageFilters }) => (
  <Menu
    choices={[
      { href: exportHref("csv", filters), label: "CSV", hint: "for spreadsheets" },
      { href: exportHref("ndjson", filters), label: "NDJSON", hint: "whole messages, one a line" },
    ]}
  />
);
