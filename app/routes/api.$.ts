import { z } from "zod";
import { notFound } from "#app/domain/errors.ts";
import { api } from "#app/http/api-route.server.ts";

const nothing = {
  scope: "public",
  params: z.unknown(),
  query: z.unknown(),
  handler() {
    throw notFound("address");
  },
} as const;

const route = api({ GET: nothing, POST: nothing, PUT: nothing, PATCH: nothing, DELETE: nothing });

/** What is under /api/ and no route: a problem document rather than the website's page. */
export const loader = route.loader;
export const action = route.action;
