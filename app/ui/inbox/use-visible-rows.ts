import { type RefObject, useCallback, useEffect, useState } from "react";
import { pageSize, type Rows } from "./message-window.ts";

/** Rows have one height, in rem, so that a larger text size makes them higher. */
export const rowRem = 5;
/** Rows drawn above and below those in view. */
const overscan = 8;
/** What the server draws, which does not know the height of the list. */
const firstDrawn: Rows = { first: 0, last: pageSize - 1 };

/** The height of a row in pixels. */
export const rowHeight = (): number =>
  rowRem * Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

/** Which rows of a list are in view, and some around them. */
export function useVisibleRows(scroller: RefObject<HTMLElement | null>): Rows {
  const [rows, setRows] = useState(firstDrawn);

  const measure = useCallback(() => {
    const element = scroller.current;
    // Hidden behind another pane it has no height, and nothing is to be drawn anew.
    if (element === null || element.clientHeight === 0) return;
    const height = rowHeight();
    // In steps, so that not every pixel of a scroll draws the list again.
    const first = Math.max(0, Math.floor(element.scrollTop / height / 4) * 4 - overscan);
    const last = Math.ceil((element.scrollTop + element.clientHeight) / height / 4) * 4 + overscan;
    setRows((before) => (before.first === first && before.last === last ? before : { first, last }));
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

  return rows;
}
