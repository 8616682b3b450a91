import { useNavigate } from "@remix-run/react";
import { PenLine } from "lucide-react";
import {
  type ComponentType,
  lazy,
  type MouseEvent,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from "react";
import { ButtonLink } from "../primitives/button.tsx";
import type { ComposeDrawerProps } from "./compose-drawer.tsx";
import { type ComposeStart, composePath } from "./compose-path.ts";

const ComposeDrawer = lazy<ComponentType<ComposeDrawerProps>>(() =>
  import("./compose-drawer.tsx").then(
    (module) => ({ default: module.ComposeDrawer }),
    () => ({ default: LeadThere }),
  ),
);

/** It could not be loaded, as after an update: the page does the same. */
function LeadThere({ start }: ComposeDrawerProps) {
  const navigate = useNavigate();
  useEffect(() => navigate(composePath(start)), [navigate, start]);
  return null;
}

const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }: MouseEvent): boolean =>
  button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;

interface ComposeButtonProps {
  /** The agent that it is for, where the page is about one. */
  to?: string;
  size?: "sm" | "md" | "icon-sm";
  variant?: "primary" | "secondary" | "ghost";
  className?: string;
}

/** Opens the form beside the page; a link to its page everywhere else. */
export function ComposeButton({ to, size = "md", variant = "secondary", className }: ComposeButtonProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const close = useCallback(() => setIsOpen(false), []);
  const start = useMemo<ComposeStart>(() => ({ to }), [to]);
  const isIcon = size === "icon-sm";
  return (
    <>
      <ButtonLink
        to={composePath(start)}
        size={size}
        variant={variant}
        icon={<PenLine className="size-4" />}
        className={className ?? ""}
        aria-label={isIcon ? "New message" : undefined}
        title={isIcon ? "New message" : undefined}
        onClick={(event) => {
          if (!isPlain(event)) return;
          event.preventDefault();
          setWasOpened(true);
          setIsOpen(true);
        }}
      >
        {isIcon ? null : "New message"}
      </ButtonLink>
      {wasOpened && (
        <Suspense>
          <ComposeDrawer open={isOpen} onClose={close} start={start} />
        </Suspense>
      )}
    </>
  );
}
