import { type ComponentType, lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import { Dialog } from "../primitives/dialog.tsx";
import type { Overlay, OverlayProps } from "./overlay.ts";
import { useShortcuts } from "./use-shortcuts.ts";
import type { Viewer } from "./viewer.ts";

// Loaded when they are first wanted: most visits never open them.
const loadPalette = () => import("./command-palette.tsx");
const loadSheet = () => import("./shortcut-sheet.tsx");
const CommandPalette = lazy<ComponentType<OverlayProps>>(() =>
  loadPalette().then(
    (module) => ({ default: module.CommandPalette }),
    () => ({ default: NotLoaded }),
  ),
);
const ShortcutSheet = lazy<ComponentType<OverlayProps>>(() =>
  loadSheet().then(
    (module) => ({ default: module.ShortcutSheet }),
    () => ({ default: NotLoaded }),
  ),
);

/** Away from the network, or after an update: that is no reason to take the page away. */
function NotLoaded({ open, onClose }: OverlayProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="This could not be loaded"
      description="Reload the page to try again."
    />
  );
}

export interface Overlays {
  open: (overlay: Overlay) => void;
  /** Begins to load the palette, which is likely to be opened next. */
  prepare: () => void;
  /** To be rendered once, anywhere. */
  element: ReactNode;
}

/** What opens over every page by a key or a button: the command palette and the sheet of shortcuts. */
export function useOverlays(viewer: Viewer): Overlays {
  const [shown, setShown] = useState<Overlay | null>(null);
  // Once opened they stay mounted: a dialog that is closed, not removed, gives the focus back.
  const [wanted, setWanted] = useState<ReadonlySet<Overlay>>(new Set());
  const open = useCallback((overlay: Overlay) => {
    setWanted((before) => new Set(before).add(overlay));
    setShown(overlay);
  }, []);
  const prepare = useCallback(() => {
    // A failure to load shows when it is opened.
    loadPalette().catch(() => {});
  }, []);
  useShortcuts({ viewer, open, prepare });

  const propsOf = (overlay: Overlay): OverlayProps => ({
    viewer,
    open: shown === overlay,
    onClose: () => setShown((now) => (now === overlay ? null : now)),
    onOpen: open,
  });
  return {
    open,
    prepare,
    // No boundary before there is something in it: one that is still to be hydrated takes no updates.
    element: wanted.size > 0 && (
      <Suspense>
        {wanted.has("palette") && <CommandPalette {...propsOf("palette")} />}
        {wanted.has("shortcuts") && <ShortcutSheet {...propsOf("shortcuts")} />}
      </Suspense>
    ),
  };
}
