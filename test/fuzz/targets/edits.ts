import type { Editable } from '#metadata/editable.js';
import { ids } from '#test/fixtures/group.js';
import type { Random } from '#test/support/random.js';
import { invoke, outputDocument, type Streams } from '#tool/invoke.js';
import type { Json } from '#tool/json.js';
import { attemptAsync } from '../engine/oracle.js';
import { mutateWords } from '../mutate/document.js';
import { toolsByName } from './tools.js';

/** Command lines of programs that edit a group, one after another. */
export type Lines = string[][];

/** Lines to start from, each once by itself. */
export const editLines: Lines = [
  ['lv_create', 'new', '--size', '12M'],
  ['lv_create', 'new', '--extents', '50%FREE', '--stripes', '2', '--stripe-size', '64K', '--allocation', 'anywhere'],
  ['lv_create', 'new', '-l', '3', '/dev/sda:50-59:70-', `${ids.pv2}:0+9`, '--tag', 'x', '--read-only', '--no-autoactivate'],
  ['lv_create', 'new', '-l', '100%PVS', '@ssd', '--allocation', 'contiguous'],
  ['lv_create', 'r', '-l', '4', '--type', 'raid1', '--mirrors', '1', '--allocation', 'anywhere', '--region-size', '1M'],
  ['lv_create', 'r', '-l', '6', '--type', 'raid5', '--stripes', '2', '--min-recovery-rate', '10', '--max-recovery-rate', '0'],
  ['lv_convert', 'fast-1', '--type', 'raid1', '--mirrors', '1'],
  ['lv_convert', 'r', '--split', 'half'],
  ['lv_repair', 'r', '--replace', ids.pv1],
  ['lv_thin_pool', 'pool', '-l', '8', '--metadata-size', '2M', '--chunk-size', '64K', '--discards', 'ignore', '--no-zero'],
  ['lv_thin', 'thin', '--pool', 'pool', '--virtual-size', '1G'],
  ['lv_snapshot', 'thin', 'snap', '--read-only'],
  ['lv_snapshot', 'data', 'cow', '--size', '8M', '--chunk-size', '8K'],
  ['lv_merge', 'snap'],
  ['lv_extend', 'data', '--size', '+40M', '--allocation', 'cling'],
  ['lv_extend', 'pool', '--metadata-size', '+4M'],
  ['lv_extend', 'fast-1', '--extents', '100%FREE', '--stripes', '2'],
  ['lv_extend', ids.lost, '-l', '200%LV'],
  ['lv_reduce', 'data', '--size', '-8M'],
  ['lv_reduce', 'fast-1', '-l', '50%LV'],
  ['lv_remove', '@keep', 'fast-1'],
  ['lv_remove', 'pool'],
  ['lv_rename', 'data', 'other'],
  ['lv_set', 'data', '--add-tag', 'a', '--del-tag', 'db', '--read-only', 'on', '--allocation', 'inherit'],
  ['pv_add'],
  ['pv_move', '/dev/sda:0-9', '/dev/sdb', '--most', '4M', '--volume', 'data'],
  ['pv_move', '/dev/sda'],
  ['pv_move', '--abort'],
  ['pv_place', ids.pv1, '--size', '1M'],
  ['pv_remove', ids.gone],
  ['pv_reserve', ids.pv1, '100M+1M'],
  ['pv_resize'],
  ['pv_set', '/dev/sda', '--allocatable', 'off', '--add-tag', 't'],
  ['vg_batch', 'BATCH'],
  ['vg_check'],
  ['vg_create', '--extent-size', '1M', '--allocation', 'cling', '--tag', 'v'],
  ['vg_export'],
  ['vg_import'],
  ['vg_remove'],
  ['vg_rollback', 'OLD', '--force'],
  ['vg_rollback', 'OLD', '--since', 'CHANGES'],
  ['vg_set', '--extent-size', '8M', '--allocation', 'normal', '--add-tag', 'q'],
];

const words = [
  ...new Set([
    ...editLines.flat(),
    ...Object.values(ids),
    ...[
      '/dev/sdb',
      '@ssd',
      '+',
      '-',
      '1',
      '0',
      '8s',
      '999999E',
      '1.5',
      ':0-9',
      '--',
      'raid6',
      'raid10',
      'raid4',
      'raid0',
      'pvmove0',
    ],
  ]),
];

/** A line more or less, or one changed. */
export function mutateLines(lines: Lines, random: Random, other: Lines): Lines {
  const at = random.below(lines.length + 1);
  switch (random.below(5)) {
    case 0:
      return lines.toSpliced(at, 1);
    case 1:
      return [...lines, ...other].slice(0, 8);
    case 2:
      return lines.toSpliced(at, 0, random.pick(editLines)).slice(0, 8);
    default:
      return at < lines.length ? lines.with(at, mutateWords(lines[at] as string[], random, words).slice(0, 24)) : lines;
  }
}

/** What programs find under the names of files; no file of this machine is read. */
export class MadeUpFiles extends Map<string, unknown> {
  override has(): boolean {
    return true;
  }
  override get(name: string): unknown {
    return super.get(name) ?? null;
  }
}

/**
 * Runs one line on a document. Programs that are no edits of a group are not run.
 *
 * @param files by name: OLD, BATCH, CHANGES, CURRENT
 * @returns what comes out; undefined when it was refused
 */
export async function runLine(line: readonly Json[], document: unknown, files: Record<string, unknown>): Promise<unknown> {
  const [name = '', ...argv] = line.map(String);
  const tool = editors.has(name) ? (await toolsByName()).get(name) : undefined;
  if (!tool) return undefined;
  const text = JSON.stringify(document);
  const streams: Streams = {
    readInput: async () => Buffer.from(text),
    note: () => {},
    files: new MadeUpFiles(Object.entries(files)),
    config: {},
  };
  const result = await attemptAsync(() => invoke(tool, repeatable(name, argv), streams));
  return result && outputDocument(result.output);
}

const editors = new Set([...editLines.map(([name]) => name), 'vg_poll']);
const withId = new Set(['lv_create', 'lv_thin', 'lv_thin_pool', 'lv_snapshot']);

/** A volume's id and time are not left to chance. */
function repeatable(name: string, argv: string[]): string[] {
  if (!withId.has(name)) return argv;
  const id = (argv[name === 'lv_snapshot' ? 1 : 0] ?? '')
    .replace(/[^a-z]/g, 'q')
    .slice(0, 10)
    .padEnd(20, 'n');
  return ['--id', id, '--time', '2026-01-31T12:00:00Z', ...argv];
}

export function isEditable(value: unknown): value is Editable {
  return typeof value === 'object' && value !== null && 'kind' in value && (value.kind === 'group' || value.kind === 'metadata');
}
