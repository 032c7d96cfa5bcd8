import { SECTOR } from '#tool/units.js';
import { annotationWord } from '../state/annotation.js';
import type { Branch, BranchAnnotation, Commit, Dot, DotFacts, Volume, WorkAnnotation } from '../state/dot.js';
import { master } from '../state/dots-of.js';
import type { Edit } from '../store.js';

// the edits that verbs are made of, as words of the programs that make them

const tag = ['--tag', 'dot'];

/** What a branch's volume carries. */
export function branchAnnotation(dot: Pick<Dot, 'id'> & DotFacts, branch: Omit<Branch, 'volume'>): BranchAnnotation {
  const { id, name, head, current } = branch;
  return {
    role: 'branch',
    branch: id,
    name,
    dot: dot.id,
    ...(head === undefined ? {} : { head }),
    ...(current ? { current } : {}),
    ...(name === master ? { of: factsOf(dot) } : {}),
  };
}

function factsOf({ namespace, name, created, size, fs, forkedFrom, remote, seed }: DotFacts): DotFacts {
  return {
    ...{ namespace, name, created, size, fs },
    ...(forkedFrom ? { forkedFrom } : {}),
    ...(remote === undefined ? {} : { remote }),
    ...(seed ? { seed } : {}),
  };
}

/** The branch says something else of itself; its volume stays. */
export function annotate(volume: Pick<Volume, 'name'>, annotation: BranchAnnotation | WorkAnnotation): Edit {
  return ['lv_set', volume.name, '--annotate', annotationWord(annotation)];
}

export interface NewVolume {
  id: string;
  /** RFC 3339. */
  time: string;
}

/** A snapshot that is a commit: nobody writes to it, and it does not come up by itself. */
export function newCommit(of: Pick<Volume, 'name'>, { id, time }: NewVolume, commit: Omit<Commit, 'id' | 'volume'>): Edit {
  const flags = [...tag, '--read-only', '--no-autoactivate', '--id', id, '--time', time];
  return ['lv_snapshot', of.name, commitVolume(id), ...flags, '--annotate', annotationWord({ role: 'commit', ...commit })];
}

/** A writable snapshot that is a branch, or on its way to be one. */
export function newWritable(
  of: Pick<Volume, 'name'>,
  { id, time }: NewVolume,
  annotation: BranchAnnotation | WorkAnnotation,
): Edit {
  return [
    'lv_snapshot',
    of.name,
    writableVolume(id),
    ...tag,
    '--id',
    id,
    '--time',
    time,
    '--annotate',
    annotationWord(annotation),
  ];
}

/** An empty thin volume on its way to be a branch. */
export function newEmpty(pool: string, size: number, { id, time }: NewVolume, annotation: WorkAnnotation): Edit {
  const flags = [...tag, '--id', id, '--time', time, '--annotate', annotationWord(annotation)];
  return ['lv_thin', writableVolume(id), '--pool', pool, '--virtual-size', `${Math.ceil(size / SECTOR)}s`, ...flags];
}

/** To so many bytes. */
export function extension(volume: string, size: number): Edit {
  return ['lv_extend', volume, '--size', `${Math.ceil(size / SECTOR)}s`];
}

export function removal(volume: Pick<Volume, 'name'>): Edit {
  return ['lv_remove', volume.name];
}

/** Volumes have names that nobody else's clash with; what they are is in their annotations. */
export function commitVolume(id: string): string {
  return `commit-${id}`;
}
export function writableVolume(id: string): string {
  return `dot-${id}`;
}
