import type { Pipeline, Stage } from '#pipeline/pipeline.js';
import { find, isDry, type TmWords, update } from './verbs.js';

/** What becomes of a file system when its volume is resized. */
export type FileSystemWay = 'fit' | 'check' | 'ignore';

interface Resize {
  group: string;
  volume: string;
  tm: TmWords;
  /** Of lv_extend or lv_reduce. */
  words: string[];
  fs: FileSystemWay;
}

/** The volume first: what is added is then there for the file system. */
export function extendVolume({ group, volume, tm, words, fs }: Resize): Pipeline[] {
  const edit = ['lv_extend', volume, ...words];
  const grow = update(group, tm, edit);
  if (fs === 'ignore') return [grow];
  if (isDry(tm)) return [grow, fit(group, volume, tm, [edit as unknown as Stage])];
  return [grow, fit(group, volume, tm, [])];
}

/** The file system first: what is cut off is then no longer its own. */
export function reduceVolume({ group, volume, tm, words, fs }: Resize): Pipeline[] {
  const edit = ['lv_reduce', volume, ...words];
  const shrink = update(group, tm, edit);
  if (fs === 'ignore' || isSimulated(tm)) return [shrink];
  const ready = fit(group, volume, fs === 'check' ? ['--check'] : tm, [edit as unknown as Stage]);
  return [ready, shrink];
}

/** The group as it is, or as the edits would make it, and the file system fitted to that. */
function fit(group: string, volume: string, words: TmWords, edits: Stage[]): Pipeline {
  const flags = words.filter((w) => w === '--dry-run' || w === '--check');
  return [find(group), ['tm', 'read', group], ...edits, ['fs_resize', ...flags, volume]];
}

/** A simulated kernel has no devices that could be looked at. */
function isSimulated(tm: TmWords): boolean {
  return tm.some((w) => w.startsWith('sim:'));
}
