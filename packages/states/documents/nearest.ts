/** The word among `known` that somebody who wrote `word` may have meant; undefined when none is close. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; away: number } | undefined;
  for (const other of known) {
    if (Math.abs(other.length - word.length) > 2 || word.length > 64) continue;
    const away = distance(word, other);
    if (away <= Math.min(2, word.length / 2) && away < (best?.away ?? 3)) best = { word: other, away };
  }
  return best?.word;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, y] of [...b].entries())
      next.push(Math.min((row[j] ?? 0) + (x === y ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row[b.length] ?? 0;
}
