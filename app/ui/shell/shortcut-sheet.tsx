import { useLocation } from "@remix-run/react";
import { Fragment, useState } from "react";
import { Dialog } from "../primitives/dialog.tsx";
import { Kbd } from "../primitives/kbd.tsx";
import type { OverlayProps } from "./overlay.ts";
import { sectionsBeside } from "./sections.ts";
import { type Shortcut, shortcutGroups } from "./shortcut-groups.ts";
import { hasSingleKeys, keepSingleKeys } from "./shortcuts.ts";
import { useIsMac } from "./use-is-mac.ts";

/** Every shortcut there is, and the switch for those of one letter. */
export function ShortcutSheet({ viewer, open, onClose }: OverlayProps) {
  const { pathname } = useLocation();
  return (
    <Dialog open={open} onClose={onClose} title="Keyboard shortcuts" footer={<SingleKeySwitch />}>
      <div className="mt-3 space-y-5">
        {shortcutGroups(viewer, sectionsBeside(pathname, viewer.scopes)).map(({ title, shortcuts }) => (
          <section key={title} aria-label={title}>
            <h3 className="mb-1 text-xs font-medium text-ink-muted">{title}</h3>
            <dl className="divide-y">
              {shortcuts.map((shortcut) => (
                <div key={shortcut.does} className="flex items-center justify-between gap-4 py-1.5 text-sm">
                  <dt>{shortcut.does}</dt>
                  <dd>
                    <Keys {...shortcut} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function Keys({ keys, or }: Shortcut) {
  const isMac = useIsMac();
  const isSequence = keys[0] === "G";
  const shown = (key: string) => (key === "Mod" ? (isMac ? "⌘" : "Ctrl") : key);
  return (
    <span className="flex items-center gap-1">
      {keys.map((key, index) => (
        <Fragment key={key}>
          {isSequence && index > 0 && <span className="text-xs text-ink-faint">then</span>}
          <Kbd>{shown(key)}</Kbd>
        </Fragment>
      ))}
      {or && <span className="text-xs text-ink-faint">or</span>}
      {or?.map((key) => (
        <Kbd key={key}>{shown(key)}</Kbd>
      ))}
    </span>
  );
}

function SingleKeySwitch() {
  const [on, setOn] = useState(hasSingleKeys);
  return (
    <label className="flex min-h-8 w-full cursor-pointer items-center gap-2.5 text-sm text-ink-muted">
      <input
        type="checkbox"
        checked={on}
        onChange={(event) => {
          keepSingleKeys(event.target.checked);
          setOn(event.target.checked);
        }}
        className="form-checkbox size-4 rounded-sm border-line-strong bg-surface text-accent"
      />
      Shortcuts of a single letter
    </label>
  );
}
