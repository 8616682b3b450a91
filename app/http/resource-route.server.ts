import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { json } from "./api-route.server.ts";
import type { PageSpec } from "./page-route.server.ts";
import { isProblemCode, problemOf, toResponse } from "./problem.server.ts";

type PageArgs = LoaderFunctionArgs | ActionFunctionArgs;
type PageFunction<A extends PageArgs, R> = ((args: A) => Promise<R>) & { spec: PageSpec };

/** What `data()` makes, as far as this looks into it. */
const withInit = z.object({
  type: z.literal("DataWithResponseInit"),
  data: z.unknown(),
  init: z.object({ status: z.number().optional(), headers: z.custom<HeadersInit>().optional() }).nullable(),
});

/** What a page's loader or action says of what went wrong: beside a form, or to an error boundary. */
const failure = z.object({
  code: z.string().refine(isProblemCode),
  message: z.string().optional(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

/**
 * A loader or action of a route without a component. The web app asks it for its data, as of a page. Whoever
 * asks for the address itself (a form without JavaScript, a link to a file, a script's fetch) has no page
 * to be shown a failure on: they get the problem with its status, where Remix would say "Unexpected
 * Server Error", or 200 to a form that was refused.
 */
export function asResource<A extends PageArgs, R>(
  handler: PageFunction<A, R>,
): PageFunction<A, R | Response> {
  const answer = async (args: A): Promise<R | Response> => {
    if (args.context.isDataRequest) return handler(args);
    try {
      const value = await handler(args);
      return value instanceof Response ? value : toAnswer(value, args);
    } catch (thrown) {
      if (!withInit.safeParse(thrown).success) throw thrown;
      return toAnswer(thrown, args);
    }
  };
  return Object.assign(answer, { spec: { ...handler.spec, isResource: true } });
}

function toAnswer(value: unknown, { context }: PageArgs): Response {
  const { data: wrapped } = withInit.safeParse(value);
  if (wrapped === undefined) return json(value ?? null);
  const status = wrapped.init?.status ?? 200;
  const { data: failed } = failure.safeParse(wrapped.data);
  if (status < 400 || failed === undefined) {
    const answer = json(wrapped.data ?? null, { status });
    new Headers(wrapped.init?.headers).forEach((text, name) => {
      answer.headers.append(name, text);
    });
    return answer;
  }
  const { code, message, detail, errors = [] } = failed;
  const problem = problemOf(code, detail ?? message ?? "", context.requestId);
  return toResponse({
    problem: { ...problem, ...(errors.length > 0 && { errors }) },
    retryAfterSeconds: context.retryAfterSeconds,
    unexpected: false,
  });
}
