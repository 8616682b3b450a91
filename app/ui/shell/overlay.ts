import type { Viewer } from "./viewer.ts";

/** What can be opened over every page. */
export type Overlay = "palette" | "shortcuts";

export interface OverlayProps {
  viewer: Viewer;
  open: boolean;
  onClose: () => void;
  /** Opens another one in this one's place. */
  onOpen: (overlay: Overlay) => void;
}
