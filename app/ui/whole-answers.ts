/**
 * Makes loads of page data arrive whole or not at all. Remix decodes an answer while it comes, and
 * writes an error to the console when a navigation overtakes it midway, which pages that follow what
 * happens meet all the time; a load that is overtaken before its answer is there it drops in silence.
 * None of ours is streamed, so nothing waits longer for that.
 */
export function takeAnswersWhole(): void {
  const fetchAnswer = window.fetch;
  window.fetch = async (input, init) => {
    const answer = await fetchAnswer(input, init);
    const isPageData = input instanceof URL && input.pathname.endsWith(".data");
    if (!isPageData || answer.body === null) return answer;
    const { status, statusText, headers } = answer;
    return new Response(await answer.arrayBuffer(), { status, statusText, headers });
  };
}
