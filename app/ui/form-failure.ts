interface FieldError {
  path: string;
  message: string;
}

/** What an action answered when a form was not right. */
export interface FormProblem {
  errors: FieldError[];
  message: string;
}

/** An action's answer as a form problem; undefined when it went well or there is none. */
export function toFormProblem(answer: unknown): FormProblem | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { errors, message } = answer as Partial<Record<keyof FormProblem, unknown>>;
  if (!Array.isArray(errors) || typeof message !== "string") return undefined;
  return { errors: errors.filter(isFieldError), message };
}

const isFieldError = (value: unknown): value is FieldError =>
  typeof value === "object" && value !== null && "path" in value && "message" in value;

/** The first thing that is wrong with a field, as a sentence. */
export function errorOf(problem: FormProblem | undefined, field: string): string | undefined {
  const message = problem?.errors.find((error) => error.path === field)?.message;
  if (message === undefined) return undefined;
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** A sentence for the form as a whole, when none of its fields says what is wrong. */
export function generalErrorOf(
  problem: FormProblem | undefined,
  fields: readonly string[],
): string | undefined {
  if (problem === undefined) return undefined;
  return problem.errors.some((error) => fields.includes(error.path)) ? undefined : problem.message;
}
