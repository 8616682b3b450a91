import { useSyncExternalStore } from "react";

const never = () => () => {};

/** Whether the keyboard has ⌘; false until the browser has taken over. */
export const useIsMac = (): boolean =>
  useSyncExternalStore(
    never,
    () => /Mac|iPhone|iPad/.test(navigator.platform),
    () => false,
  );
