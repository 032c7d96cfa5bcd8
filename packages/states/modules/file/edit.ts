import { fail } from '#tool/errors.js';

export interface LineArgs {
  line: string;
  match?: string;
  mode?: 'present' | 'absent';
  after?: string;
  before?: string;
}

/**
 * A text with a line in it: the last one that `match` matches becomes it, else it is put after the last that `after` matches,
 * before the first that `before` matches, or at the end. Absent: without it, and without those that `match` matches.
 */
export function withLine(text: string, { line, match, mode = 'present', after, before }: LineArgs): string {
  const lines = linesOf(text);
  const wanted = match === undefined ? undefined : pattern(match);
  if (mode === 'absent') return textOf(lines.filter((l) => l !== line && !wanted?.test(l)));
  if (lines.includes(line)) return text;
  const at = wanted ? lines.findLastIndex((l) => wanted.test(l)) : -1;
  return textOf(at >= 0 ? lines.with(at, line) : lines.toSpliced(positionOf(lines, after, before), 0, line));
}

function positionOf(lines: readonly string[], after: string | undefined, before: string | undefined): number {
  const behind = after === undefined ? -1 : lines.findLastIndex((l) => pattern(after).test(l));
  if (behind >= 0) return behind + 1;
  const front = before === undefined ? -1 : lines.findIndex((l) => pattern(before).test(l));
  return front >= 0 ? front : lines.length;
}

export interface BlockArgs {
  content: string;
  start?: string;
  end?: string;
  mode?: 'present' | 'absent';
}

/**
 * A text with a block between two lines that mark it, at the end if there is none yet. Absent: without block and marks.
 *
 * @throws DvmError `open-block` (exit 65): a first mark without a last one
 */
export function withBlock(
  text: string,
  { content, start = '# begin managed', end = '# end managed', mode = 'present' }: BlockArgs,
): string {
  const lines = linesOf(text);
  const first = lines.indexOf(start);
  const last = lines.indexOf(end, first + 1);
  if (first >= 0 && last < 0)
    throw fail('badInput', 'open-block', `the block that begins with "${start}" has no end "${end}"`, {
      hint: 'mend the file by hand',
    });
  const block = mode === 'absent' ? [] : [start, ...linesOf(content), end];
  return textOf(first >= 0 ? lines.toSpliced(first, last - first + 1, ...block) : [...lines, ...block]);
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (e) {
    throw fail('badInput', 'bad-pattern', `"${source}" is no regular expression: ${(e as Error).message}`);
  }
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
