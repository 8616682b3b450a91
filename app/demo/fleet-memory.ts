/** The part of a map that the story needs. */
export type Memory<V> = Pick<Map<string, V>, "get" | "set" | "delete">;

/** A map that forgets its oldest entry beyond `max`, so that a long-running demo does not grow. */
export function createMemory<V>(max: number): Memory<V> {
  const entries = new Map<string, V>();
  return {
    get: (key) => entries.get(key),
    delete: (key) => entries.delete(key),
    set(key, value) {
      entries.delete(key);
      entries.set(key, value);
      const oldest = entries.size > max ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
      return entries;
    },
  };
}
