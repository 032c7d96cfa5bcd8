/** Texts of more lines than this are not compared line by line. */
const mostLines = 20_000;
const mostWork = 4_000_000;
const context = 3;

/** How a text changes, as `diff -u` shows it; empty when it does not. */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return '';
  const [a, b] = [linesOf(before), linesOf(after)];
  const head = [`--- ${before === undefined ? '/dev/null' : path}`, `+++ ${after === undefined ? '/dev/null' : path}`];
  if (a.length + b.length > mostLines) return [...head, `@@ ${a.length} lines become ${b.length} @@`, ''].join('\n');
  return [...head, ...hunks(edits(a, b)), ''].join('\n');
}

function linesOf(text: string | undefined): string[] {
  if (text === undefined || text === '') return [];
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines.with(-1, `${lines.at(-1)}\\ no newline at the end`);
}

type Edit = ['=' | '-' | '+', string];

/** What the two have in common at both ends is set aside; the rest by the longest common subsequence. */
function edits(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const keep = (lines: readonly string[]): Edit[] => lines.map((line) => ['=', line]);
  const middle = common(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...keep(a.slice(0, start)), ...middle, ...keep(end === 0 ? [] : a.slice(-end))];
}

function common(a: readonly string[], b: readonly string[]): Edit[] {
  const all: Edit[] = [...a.map((line): Edit => ['-', line]), ...b.map((line): Edit => ['+', line])];
  if (a.length === 0 || b.length === 0 || a.length * b.length > mostWork) return all;
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const out: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      out.push(['=', a[i++] as string]);
      j++;
    } else if (at(i + 1, j) >= at(i, j + 1)) out.push(['-', a[i++] as string]);
    else out.push(['+', b[j++] as string]);
  }
  return [...out, ...a.slice(i).map((line): Edit => ['-', line]), ...b.slice(j).map((line): Edit => ['+', line])];
}

/** Changes with the lines around them; those that are close share a hunk. */
function hunks(all: readonly Edit[]): string[] {
  const near = all.map((_, i) => all.slice(Math.max(0, i - context), i + context + 1).some(([kind]) => kind !== '='));
  const out: string[] = [];
  let [a, b] = [1, 1];
  for (let i = 0; i < all.length; i++) {
    if (near[i] && !near[i - 1]) out.push(header(all, near, i, a, b));
    const [kind, line] = all[i] as Edit;
    if (near[i]) out.push(`${kind === '=' ? ' ' : kind}${line}`);
    if (kind !== '+') a++;
    if (kind !== '-') b++;
  }
  return out;
}

function header(all: readonly Edit[], near: readonly boolean[], start: number, a: number, b: number): string {
  const end = near.indexOf(false, start);
  const hunk = all.slice(start, end < 0 ? undefined : end);
  const [removed, added] = [hunk.filter(([k]) => k !== '+').length, hunk.filter(([k]) => k !== '-').length];
  return `@@ -${removed === 0 ? a - 1 : a},${removed} +${added === 0 ? b - 1 : b},${added} @@`;
}
