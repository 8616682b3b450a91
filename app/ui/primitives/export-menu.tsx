import { Download } from "lucide-react";
import { Menu, menuItem } from "./menu.tsx";

export interface ExportChoice {
  href: string;
  label: string;
  hint: string;
}

interface ExportMenuProps<C extends ExportChoice> {
  choices: readonly C[];
  /** Takes the file itself instead of the browser, where there is a script. */
  onChoose?: (choice: C) => void;
}

/** What a page shows, all of it, as a file. */
export function ExportMenu<C extends ExportChoice>({ choices, onChoose }: ExportMenuProps<C>) {
  return (
    <Menu label="Export" icon={<Download aria-hidden="true" className="size-4" />}>
      {(close) =>
        choices.map((choice) => (
          <li key={choice.href}>
            <a
              href={choice.href}
              download
              onClick={(event) => {
                close();
                if (onChoose === undefined) return;
                event.preventDefault();
                onChoose(choice);
              }}
              className={menuItem}
            >
              <span className="font-medium text-ink">{choice.label}</span>
              <span className="text-xs text-ink-muted">{choice.hint}</span>
            </a>
          </li>
        ))
      }
    </Menu>
  );
}
