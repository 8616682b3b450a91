/** How much of the most something is, as a bar. The figure stands beside it. */
export function Share({ of: part, most }: { of: number; most: number }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      className="mt-1.5 h-1 w-full overflow-hidden rounded-full"
    >
      <rect width="100" height="1" className="fill-sunken" />
      <rect width={most === 0 ? 0 : (part / most) * 100} height="1" className="fill-accent" />
    </svg>
  );
}
