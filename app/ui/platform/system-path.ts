export const systemPath = "/admin/system";

/** The failed jobs of the System page: of one task, and where the list goes on. */
export function failedJobsHref(
  query: { task?: string | undefined; cursor?: string | undefined } = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, value);
  const text = search.toString();
  return `${systemPath}${text === "" ? "" : `?${text}`}#failed-jobs`;
}
