import { useSyncExternalStore } from "react";

const never = () => () => {};

/**
 * False on the server and while the page comes to life, then true. What is loaded by itself is drawn only
 * then: a boundary that the server has filled cannot take an update before its script is there.
 */
export const useInBrowser = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
