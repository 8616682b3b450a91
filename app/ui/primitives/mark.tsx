/** The product's mark: a semaphore signal at clear. The same drawing is public/favicon.svg. */
export function Mark({ className = "size-6" }: { className?: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" className={className}>
      <rect width="24" height="24" rx="6" className="fill-ink" />
      <path d="M8.25 5v14" className="stroke-surface" strokeWidth="2" strokeLinecap="round" />
      <path d="M8.25 12.5 17 7.25" className="stroke-accent" strokeWidth="3.5" strokeLinecap="round" />
      <path d="M5.5 19h5.5" className="stroke-surface" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
