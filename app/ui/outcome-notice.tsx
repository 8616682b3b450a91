import { toFormProblem } from "./form-failure.ts";
import { Notice } from "./primitives/notice.tsx";

/** What came of a form that was sent without JavaScript: with it, a toast says so. */
export function OutcomeNotice({ answer }: { answer: unknown }) {
  const problem = toFormProblem(answer);
  if (problem !== undefined)
    return (
      <Notice tone="bad" className="mb-4">
        {problem.message}
      </Notice>
    );
  if (typeof answer !== "object" || answer === null || !("done" in answer)) return null;
  return (
    <Notice tone="ok" className="mb-4">
      {String(answer.done)}.
    </Notice>
  );
}
