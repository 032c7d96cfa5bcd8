/**
 * `f` of every item, `limit` at a time, results in order. The limit keeps open descriptors far below the usual 1024.
 * The first failure is thrown once all that had begun have ended.
 */
export async function inParallel<T, R>(items: readonly T[], f: (item: T) => Promise<R>, limit = 128): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      results[i] = await f(items[i] as T);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const e of ended) if (e.status === 'rejected') throw e.reason;
  return results;
}
