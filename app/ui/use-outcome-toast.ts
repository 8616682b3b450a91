import { useEffect } from "react";
import { toFormProblem } from "./form-failure.ts";
import { useToast } from "./primitives/toast.tsx";

/** Says what came of an action: its `done`, or why it was refused. */
export function useOutcomeToast(answer: unknown): void {
  const toast = useToast();
  useEffect(() => {
    const problem = toFormProblem(answer);
    if (problem !== undefined) toast({ tone: "bad", message: problem.message });
    else if (typeof answer === "object" && answer !== null && "done" in answer)
      toast({ tone: "ok", message: String(answer.done) });
  }, [answer, toast]);
}
