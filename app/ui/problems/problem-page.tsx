import { CodeBlock } from "../primitives/code-block.tsx";
import { Fact, Facts } from "../primitives/facts.tsx";
import { Mark } from "../primitives/mark.tsx";
import { Panel } from "../primitives/panel.tsx";

interface ProblemPageProps {
  code: string;
  status: number;
  title: string;
  category: string;
  means: string;
  remedy: string;
}

/** What an error of the API means and what to do about it. */
export function ProblemPage({ code, status, title, category, means, remedy }: ProblemPageProps) {
  return (
    <main className="mx-auto max-w-2xl px-4 py-12 sm:px-6 sm:py-16">
      <p className="flex items-center gap-2.5 text-sm font-semibold">
        <Mark className="size-6" />
        Signalbox
      </p>
      <h1 className="mt-8 text-xl font-semibold">{title}</h1>
      <p className="mt-1.5 text-base text-ink-muted">
        An answer of the API with status <span className="tabular">{status}</span>.
      </p>
      <Panel className="mt-6">
        <Facts>
          <Fact name="What it means">
            <p className="text-base">{means}</p>
          </Fact>
          <Fact name="What to do">
            <p className="text-base">{remedy}</p>
          </Fact>
          <Fact name="Code">
            <code className="font-mono text-xs">{code}</code>
          </Fact>
          <Fact name="Category">
            <code className="font-mono text-xs">{category}</code>
          </Fact>
        </Facts>
      </Panel>
      <h2 className="mb-2 mt-8 text-base font-semibold">How it looks</h2>
      <CodeBlock code={exampleOf({ code, status, title, category })} label="Copy example" />
      <p className="mt-2 text-xs text-ink-muted">
        The detail is a sentence about this one request. Quote the requestId when you report it.
      </p>
    </main>
  );
}

const exampleOf = (problem: { code: string; status: number; title: string; category: string }): string =>
  JSON.stringify(
    {
      type: `/problems/${problem.code}`,
      title: problem.title,
      status: problem.status,
      detail: "…",
      code: problem.code,
      category: problem.category,
      requestId: "…",
    },
    null,
    2,
  );
