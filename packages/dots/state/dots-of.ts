import type { Lv, Metadata } from '#metadata/metadata.js';
import { sizeOf } from '#metadata/segments.js';
import { thinSegment } from '#metadata/thin/segments.js';
import { key, parseAnnotation } from './annotation.js';
import type { Annotation, Branch, BranchAnnotation, Commit, Dot, DotFacts, DotsState, Volume, Work } from './dot.js';

/** The branch that a dot is where it is. */
export const master = 'master';

/**
 * The dots of a group, as the annotations of its volumes tell.
 *
 * @throws DvmError `bad-annotation` (exit 65)
 */
export function dotsOf(metadata: Metadata): DotsState {
  const found: Found = { facts: new Map(), branches: [], commits: new Map(), works: [] };
  for (const [id, lv] of Object.entries(metadata.lvs)) {
    const text = lv.annotations?.[key];
    if (text !== undefined) sort(found, parseAnnotation(text, lv.name), volumeOf(id, lv, metadata.vg.extentSize));
  }
  const dots = [...found.facts].map(([id, facts]) => ({ ...facts, id, branches: branchesOf(found, id) }));
  return { dots: dots.sort(byName), commits: found.commits, works: found.works };
}

interface Found {
  facts: Map<string, DotFacts>;
  branches: Branch[];
  commits: Map<string, Commit>;
  works: Work[];
}

function sort(found: Found, annotation: Annotation, volume: Volume | undefined): void {
  if (!volume) return; // it was thin when it was made, and somebody has made something else of it since
  if (annotation.role === 'branch') {
    if (annotation.of) found.facts.set(annotation.dot, annotation.of);
    found.branches.push(branchOf(annotation, volume));
  } else if (annotation.role === 'commit') {
    const { role: _, ...commit } = annotation;
    found.commits.set(volume.id, { ...commit, id: volume.id, volume });
  } else {
    const { role: _, ...work } = annotation;
    found.works.push({ ...work, volume });
  }
}

function branchOf({ role: _, of: __, branch, current, ...rest }: BranchAnnotation, volume: Volume): Branch {
  return { ...rest, id: branch, current: current === true, volume };
}

function volumeOf(id: string, lv: Lv, extentSize: number): Volume | undefined {
  const thin = thinSegment(lv);
  return thin && { id, name: lv.name, size: sizeOf(lv) * extentSize * 512, pool: thin.pool, device: thin.device };
}

function branchesOf({ branches }: Found, dot: string): Branch[] {
  const own = branches.filter((b) => b.dot === dot);
  return own.sort((a, b) => Number(b.name === master) - Number(a.name === master) || compare(a.name, b.name));
}

function byName(a: Dot, b: Dot): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
