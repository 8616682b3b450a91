import type { KeyboardEvent } from "react";

const steps: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/** Up and down (or k and j) move between the links of a table's rows. */
export function moveRowFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  const links: Element[] = [...event.currentTarget.querySelectorAll("a[data-row-link]")];
  const index = document.activeElement === null ? -1 : links.indexOf(document.activeElement);
  const next = links[index + step];
  if (index === -1 || !(next instanceof HTMLElement)) return;
  event.preventDefault();
  next.focus();
}
