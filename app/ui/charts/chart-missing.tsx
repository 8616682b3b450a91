/** In place of a drawing whose script did not come. */
export function ChartMissing() {
  return (
    <p className="grid h-full place-items-center rounded border border-dashed text-sm text-ink-muted">
      The chart could not be loaded. Reload the page to try again.
    </p>
  );
}
