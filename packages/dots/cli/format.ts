import { columnsOf, textOf } from '#tool/printable.js';
import { formatSize, SECTOR } from '#tool/units.js';
import type { Commit, DotsState } from '../state/dot.js';
import { historyOf } from '../state/history.js';
import { dotWord } from '../state/words.js';
import type { DotDescription } from '../verbs/show.js';
import type { TreeDifference } from '../volumes/trees.js';

// what verbs come to, in words and tables for people

export function sizeText(bytes: number): string {
  return formatSize(Math.ceil(bytes / SECTOR));
}

export function timeText(nanoseconds: string): string {
  return new Date(Number(BigInt(nanoseconds) / 1_000_000n))
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '');
}

export function listText(state: DotsState): string {
  const rows = state.dots.flatMap((dot) =>
    dot.branches.map((branch) => {
      const history = historyOf(state, branch.head);
      const seed = dot.seed && dot.seed.state !== 'seeded' && branch.name === 'master' ? ` (${dot.seed.state})` : '';
      return [
        dotWord(dot),
        `${branch.name}${branch.current ? ' *' : ''}${seed}`,
        sizeText(dot.size),
        history.length,
        history[0]?.id ?? '-',
        history[0]?.message.split('\n')[0] ?? '',
      ];
    }),
  );
  return columnsOf(['DOT', 'BRANCH', 'SIZE', 'COMMITS', 'HEAD', 'MESSAGE'], rows);
}

export function showText(dot: DotDescription): string {
  const { seed, forkedFrom, remote } = dot;
  const head = [
    `${dotWord(dot)}  ${dot.fs}, ${sizeText(dot.size)}, made ${dot.created}`,
    ...(forkedFrom ? [`fork of commit ${forkedFrom.commit}`] : []),
    ...(remote === undefined ? [] : [`remote ${remote}`]),
    ...(seed ? [`${seed.state} from ${seed.from} at ${seed.at}`] : []),
  ];
  const rows = dot.branches.map((b) => [
    `${b.name}${b.current ? ' *' : ''}`,
    b.commits,
    b.head ?? '-',
    sizeText(b.usedBytes),
    b.dirtyBytes === 0 ? '-' : sizeText(b.dirtyBytes),
    b.mounts.join(' '),
  ]);
  return textOf(head) + columnsOf(['BRANCH', 'COMMITS', 'HEAD', 'USED', 'NOT COMMITTED', 'MOUNTED'], rows);
}

export function logText(commits: readonly Commit[]): string {
  return commits.map(commitText).join('\n');
}

function commitText({ id, author, time, message, metadata }: Commit): string {
  const more = Object.entries(metadata).map(([key, value]) => `  ${key}: ${value}`);
  const words = message === '' ? [] : ['', ...message.split('\n').map((line) => `    ${line}`)];
  return textOf([`commit ${id}`, `  ${timeText(time)} by ${author}`, ...more, ...words]);
}

export function filesText({ added, changed, removed }: TreeDifference): string {
  const each = (sign: string, paths: readonly string[]) => paths.map((path) => `${sign} ${path}`);
  return textOf([...each('+', added), ...each('~', changed), ...each('-', removed)]);
}

/** A commit as documents have it: without the volume, which is its own affair. */
export function commitDocument({ volume: _, ...commit }: Commit): Omit<Commit, 'volume'> {
  return commit;
}
