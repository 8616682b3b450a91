import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { notFound } from "#app/domain/errors.ts";
import { pageLoader } from "#app/http/page-route.server.ts";
import { findProblemKind } from "#app/http/problem.server.ts";
import { problemGuide } from "#app/http/problem-guide.ts";
import { ProblemPage } from "#app/ui/problems/problem-page.tsx";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.title ?? "Not found"} · Signalbox` },
];

/** What the `type` of a problem document leads to: public, as whoever gets one may be nobody in particular. */
export const loader = pageLoader({
  scope: "public",
  params: z.object({ code: z.string() }),
  handler: ({ params: { code } }) => {
    const kind = findProblemKind(code);
    if (kind === undefined) throw notFound("problem");
    return { ...kind, ...problemGuide[kind.code] };
  },
});

export default function Problem() {
  return <ProblemPage {...useLoaderData<typeof loader>()} />;
}
