/** The same in the same order; each is asked for when the one before is given, and made while that is used. */
export async function* readAhead<T>(
  source: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const ask = () => {
    const asked = source.next();
    // It may be made for nobody: then its failure is nobody's either.
    asked.catch(() => undefined);
    return asked;
  };
  let next = ask();
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = ask();
      yield value;
    }
  } finally {
    await source.return();
  }
}
