import { type FocusEvent, type UIEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";

/** Scrolled further than this, somebody is reading. */
const topPx = 24;
/** So long after the pointer moved over the list, somebody is still aiming at a row. */
const aimMs = 1_500;

export interface Reading {
  /** The list is scrolled away from its top, walked through by keyboard, or somebody aims at a row. */
  isReading: boolean;
  /** For the element that scrolls. */
  handlers: {
    onScroll: (event: UIEvent<HTMLElement>) => void;
    onPointerMove: () => void;
    onPointerDown: () => void;
    onPointerLeave: () => void;
    onFocus: (event: FocusEvent<HTMLElement>) => void;
    onBlur: (event: FocusEvent<HTMLElement>) => void;
  };
}

/** Tells whether rows may move: never while they are read, nor under a pointer that aims at one. */
export function useReading(): Reading {
  const [isScrolled, setIsScrolled] = useState(false);
  const [isAiming, setIsAiming] = useState(false);
  const [isWalking, setIsWalking] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  useEffect(() => () => clearTimeout(timer.current), []);

  const aim = useCallback(() => {
    setIsAiming(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIsAiming(false), aimMs);
  }, []);
  const rest = useCallback(() => {
    clearTimeout(timer.current);
    setIsAiming(false);
  }, []);

  return useMemo(
    () => ({
      isReading: isScrolled || isAiming || isWalking,
      handlers: {
        onScroll: (event) => setIsScrolled(event.currentTarget.scrollTop > topPx),
        onPointerMove: aim,
        onPointerDown: aim,
        onPointerLeave: rest,
        onFocus: ({ target }) => setIsWalking(target.matches(":focus-visible")),
        onBlur: ({ relatedTarget, currentTarget }) => {
          if (!currentTarget.contains(relatedTarget)) setIsWalking(false);
        },
      },
    }),
    [isScrolled, isAiming, isWalking, aim, rest],
  );
}
