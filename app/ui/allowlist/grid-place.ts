/** A cell by its row and column; −1 is the headers'. */
export interface GridPlace {
  row: number;
  column: number;
}

interface GridSize {
  rows: number;
  columns: number;
  /** Rows that Page Up and Page Down go. */
  page: number;
}

const clamp = (value: number, size: number, least = -1): number => Math.min(size - 1, Math.max(least, value));

/**
 * Where a key leads, by the grid pattern of ARIA; undefined for keys that lead nowhere. The corner, which
 * has nothing in it, is passed by.
 * https://www.w3.org/WAI/ARIA/apg/patterns/grid/
 */
export function nextPlace(
  { row, column }: GridPlace,
  { key, ctrlKey }: { key: string; ctrlKey: boolean },
  { rows, columns, page }: GridSize,
): GridPlace | undefined {
  const to = (nextRow: number, nextColumn: number): GridPlace => {
    const place = { row: clamp(nextRow, rows), column: clamp(nextColumn, columns) };
    return place.row === -1 && place.column === -1 ? { row, column } : place;
  };
  switch (key) {
    case "ArrowDown":
      return to(row + 1, column);
    case "ArrowUp":
      return to(row - 1, column);
    case "ArrowRight":
      return to(row, column + 1);
    case "ArrowLeft":
      return to(row, column - 1);
    case "PageDown":
      return to(row + page, column);
    case "PageUp":
      return to(clamp(row - page, rows, 0), column);
    case "Home":
      return to(ctrlKey ? 0 : row, 0);
    case "End":
      return to(ctrlKey ? rows - 1 : row, columns - 1);
    default:
      return undefined;
  }
}
