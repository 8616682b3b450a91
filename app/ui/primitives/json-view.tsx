import { CopyButton } from "./copy-button.tsx";
import { cx } from "./cx.ts";

interface JsonViewProps {
  value: unknown;
  /** What the value is, for the copy button: "Copy message". */
  copyLabel: string;
  className?: string;
}

/** A JSON value as a tree that can be folded, and copied whole. */
export function JsonView({ value, copyLabel, className }: JsonViewProps) {
  return (
    <div className={cx("relative rounded border bg-canvas", className)}>
      <CopyButton
        value={JSON.stringify(value, null, 2)}
        label={copyLabel}
        className="absolute right-1 top-1 z-10 bg-canvas"
      />
      <div className="p-3 pr-12 font-mono text-xs leading-5 [overflow-wrap:anywhere]">
        <Node value={value} last depth={0} />
      </div>
    </div>
  );
}

/** Deeper levels start folded, so that a large payload opens quickly. */
const openDepth = 4;

interface NodeProps {
  name?: string;
  value: unknown;
  last: boolean;
  depth: number;
}

/** What is inside a value; undefined for a scalar. */
function childrenOf(value: unknown): { isArray: boolean; entries: [string, unknown][] } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const isArray = Array.isArray(value);
  return { isArray, entries: Object.entries(value) };
}

function Node({ name, value, last, depth }: NodeProps) {
  const comma = last ? "" : ",";
  const children = childrenOf(value);
  if (children === undefined) {
    return (
      <div className="pl-4">
        <Name name={name} />
        <Scalar value={value} />
        {comma}
      </div>
    );
  }
  const { isArray, entries } = children;
  const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) {
    return (
      <div className="pl-4">
        <Name name={name} />
        {open}
        {close}
        {comma}
      </div>
    );
  }
  return (
    <details open={depth < openDepth} className="group/node">
      <summary className="-ml-px cursor-pointer list-none rounded-sm pl-4 hover:bg-hover [&::-webkit-details-marker]:hidden">
        <span
          aria-hidden="true"
          className="-ml-3.5 mr-0.5 inline-block w-3 text-ink-faint before:content-['▸'] [details[open]>summary>&]:before:content-['▾']"
        />
        <Name name={name} />
        {open}
        <span className="text-ink-faint [details[open]>summary>&]:hidden">
          {` ${entries.length} ${isArray ? "items" : "keys"} ${close}${comma}`}
        </span>
      </summary>
      <div className="ml-[3px] border-l pl-3">
        {entries.map(([key, item], index) => (
          <Node
            key={key}
            {...(isArray ? {} : { name: key })}
            value={item}
            last={index === entries.length - 1}
            depth={depth + 1}
          />
        ))}
      </div>
      <div className="pl-4">
        {close}
        {comma}
      </div>
    </details>
  );
}

function Name({ name }: { name?: string | undefined }) {
  if (name === undefined) return null;
  return <span className="text-ink-muted">{`${JSON.stringify(name)}: `}</span>;
}

function Scalar({ value }: { value: unknown }) {
  if (typeof value === "string")
    return <span className="whitespace-pre-wrap text-ok-ink">{JSON.stringify(value)}</span>;
  if (typeof value === "number") return <span className="text-info-ink">{String(value)}</span>;
  return <span className="text-warn-ink">{String(value)}</span>;
}
