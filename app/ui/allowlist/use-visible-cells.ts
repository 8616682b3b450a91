import { type RefObject, useCallback, useEffect, useState } from "react";

/** Sizes in rem, so that a larger text size makes the cells larger. */
export const cellRem = 1.75;
export const rowHeadRem = 13;
export const columnHeadRem = 9;

/** Places of the first and last row and column that are drawn, both included. */
export interface CellWindow {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** Drawn beyond what is in view, and the steps in which a scroll draws anew. */
const overscan = 6;
const step = 4;
/** What the server draws, which does not know the size of the screen. */
const firstDrawn: CellWindow = { top: 0, bottom: 19, left: 0, right: 31 };

export const rem = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Which cells of a large table are in view, and some around them. */
export function useVisibleCells(scroller: RefObject<HTMLElement | null>): CellWindow {
  const [cells, setCells] = useState(firstDrawn);

  const measure = useCallback(() => {
    const element = scroller.current;
    // Where the table is not shown, nothing of it is to be drawn anew.
    if (element === null || element.clientHeight === 0) return;
    const cell = cellRem * rem();
    const first = (px: number) => Math.max(0, Math.floor(px / cell / step) * step - overscan);
    const last = (px: number) => Math.ceil(px / cell / step) * step + overscan;
    const next = {
      top: first(element.scrollTop),
      bottom: last(element.scrollTop + element.clientHeight),
      left: first(element.scrollLeft),
      right: last(element.scrollLeft + element.clientWidth),
    };
    setCells((before) => (isSame(before, next) ? before : next));
  }, [scroller]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [scroller, measure]);

  return cells;
}

const isSame = (a: CellWindow, b: CellWindow): boolean =>
  a.top === b.top && a.bottom === b.bottom && a.left === b.left && a.right === b.right;
