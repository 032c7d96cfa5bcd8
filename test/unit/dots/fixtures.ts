import { annotationWord } from '#dots/state/annotation.js';
import type { Annotation, BranchAnnotation, CommitAnnotation } from '#dots/state/dot.js';
import { dotsOf } from '#dots/state/dots-of.js';
import type { Metadata } from '#metadata/metadata.js';

/** Dots as the annotations of a group tell of them. */

/** An id of one letter. */
export const id = (letter: string): string => letter.repeat(20);
export const of = { namespace: 'admin', name: 'shop', created: '2026-01-01T00:00:00Z', size: 4 << 20, fs: 'ext4' } as const;
const pool = id('p');

export function branch(letter: string, name: string, more: Partial<BranchAnnotation> = {}): BranchAnnotation {
  return { role: 'branch', branch: id(letter), name, dot: id('d'), ...(name === 'master' ? { of } : {}), ...more };
}

export function commit(parent: string | undefined, more: Partial<CommitAnnotation> = {}): CommitAnnotation {
  const base = { dot: id('d'), branch: 'master', author: 'me', message: '', time: '1', metadata: {} };
  return { role: 'commit', ...base, ...(parent === undefined ? {} : { parent: id(parent) }), ...more };
}

/** A group whose thin volumes have these annotations, by id. */
export function metadataWith(annotations: Record<string, Annotation>): Metadata {
  const lvs = Object.entries(annotations).map(([volume, annotation], i) => {
    const [key, ...text] = annotationWord(annotation).split('=');
    const segment = { start: 0, count: 1, type: 'thin' as const, areas: [], pool, device: i + 1 };
    return [volume, { name: `v${i}`, segments: [segment], annotations: { [key as string]: text.join('=') } }];
  });
  const vg = { extentSize: 8192, allocation: 'normal' as const };
  return { kind: 'metadata', version: 1, vg, pvs: {}, lvs: Object.fromEntries(lvs) };
}

export const stateWith = (annotations: Record<string, Annotation>) => dotsOf(metadataWith(annotations));
