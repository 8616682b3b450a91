/** A signal box's panel: tracks that meet, signals at clear and one at danger, a train on its way. Decorative. */
export function TrackDiagram() {
  const line = "fill-none stroke-line-strong";
  const route = "fill-none stroke-accent";
  return (
    <svg
      viewBox="0 0 800 800"
      aria-hidden="true"
      className="absolute inset-0 size-full"
      preserveAspectRatio="xMidYMid slice"
    >
      <defs>
        <pattern id="panel-grid" width="40" height="40" patternUnits="userSpaceOnUse">
          <circle cx="20" cy="20" r="1" className="fill-line-strong" />
        </pattern>
      </defs>
      <rect width="800" height="800" fill="url(#panel-grid)" />
      <g strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
        <path className={line} d="M-20 260H820" />
        <path className={line} d="M-20 400H820" />
        <path className={line} d="M-20 540H820" />
        <path className={line} d="M120 400l140-140M540 260l140 140M220 540l140-140M440 400l140 140" />
      </g>
      <g strokeWidth="5" strokeLinecap="round" strokeLinejoin="round">
        <path className={route} d="M-20 540H220L360 400H400" />
        <path className={route} d="M440 400L580 540H820" opacity="0.35" />
        <path className={route} d="M400 400H440" opacity="0.35" />
      </g>
      <Signal x={180} y={540} tone="fill-ok" label="A1" />
      <Signal x={90} y={400} tone="fill-bad" label="A2" />
      <Signal x={200} y={260} tone="fill-ok" label="A3" />
      <Signal x={500} y={260} tone="fill-warn" label="B1" />
      <Signal x={710} y={400} tone="fill-bad" label="B2" />
      <Signal x={660} y={540} tone="fill-ok" label="B3" />
      <g>
        <rect
          x="366"
          y="391"
          width="58"
          height="18"
          rx="5"
          className="fill-surface stroke-accent"
          strokeWidth="3"
        />
        <circle cx="414" cy="400" r="3" className="animate-breathe fill-accent" />
      </g>
    </svg>
  );
}

function Signal({ x, y, tone, label }: { x: number; y: number; tone: string; label: string }) {
  return (
    <g>
      <path d={`M${x} ${y - 10}v-26`} className="stroke-ink-faint" strokeWidth="2" />
      <circle cx={x} cy={y - 42} r="9" className="fill-surface stroke-ink-faint" strokeWidth="2" />
      <circle cx={x} cy={y - 42} r="4.5" className={tone} />
      <text x={x + 16} y={y - 38} className="fill-ink-faint font-mono text-xs">
        {label}
      </text>
    </g>
  );
}
