import { isEmptyRoot, type Root, type Version, versionOf } from './format/root.js';
import { readHistory } from './region/history.js';
import type { OpenRegion } from './region/open-region.js';
import { statusOf } from './sync.js';

export interface History {
  /** Older versions that can be read back, newest first; the active one is not among them. */
  versions: Version[];
  /** Why some that the superblock counts are missing. */
  problem?: string;
}

/**
 * The older versions of one region; none of a blank one. A damaged block ends the list and is named in `problem`.
 *
 * @throws DvmError `region-damaged`, `io-error` (74), or why the device cannot be read
 */
export async function historyIn(of: OpenRegion): Promise<History> {
  const { error } = statusOf(of);
  if (error) throw error;
  const list = await readHistory(of, of.superblock?.history ?? { block: 0, count: 0 });
  return {
    versions: list.entries.map((e) => versionOf(e.root)),
    ...(list.problem === undefined ? {} : { problem: list.problem }),
  };
}

/** The active version and the older ones, newest first, with where they lie in this region. */
export async function rootsIn(of: OpenRegion): Promise<Root[]> {
  const { active, history } = of.superblock ?? {};
  if (!active || isEmptyRoot(active) || !history) return [];
  return [active, ...(await readHistory(of, history)).entries.map((e) => e.root)];
}
