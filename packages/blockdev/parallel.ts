/**
 * Calls `f` for each item, at most `limit` at a time, which keeps open descriptors far below the usual 1024; results in the
 * items' order. After a failure nothing more is begun; the first one is thrown once all that had begun have ended.
 */
export async function mapParallel<T, R>(
  items: readonly T[],
  limit: number,
  f: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const errors: unknown[] = [];
  let next = 0;
  async function work(): Promise<void> {
    while (next < items.length && errors.length === 0) {
      const i = next++;
      try {
        results[i] = await f(items[i] as T, i);
      } catch (e) {
        errors.push(e);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  if (errors.length > 0) throw errors[0];
  return results;
}
