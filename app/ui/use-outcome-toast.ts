import { toFormProblem } from "./form-failure.ts";
import { useToast } from "./primitives/toast.tsx";
import { useOnAnswer } from "./use-on-answer.ts";

/** Says what came of an action: its `done`, or why it was refused. */
export function useOutcomeToast(answer: unknown): void {
  const toast = useToast();
  useOnAnswer(answer, (outcome) => {
    const problem = toFormProblem(outcome);
    if (problem !== undefined) toast({ tone: "bad", message: problem.message });
    else if (typeof outcome === "object" && "done" in outcome)
      toast({ tone: "ok", message: String(outcome.done) });
  });
}
