import type { KeyboardEvent } from "react";

/** Ctrl or ⌘ with Enter sends the form that the key was pressed in. */
export function sendOnModEnter(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
  event.preventDefault();
  event.currentTarget.requestSubmit();
}
