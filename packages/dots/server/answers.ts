import type { Json } from '#tool/json.js';
import type { Branch, Commit, Dot, DotsState } from '../state/dot.js';
import { historyOf } from '../state/history.js';
import type { Measured } from './verbs.js';

/** The shapes in which dotmesh's clients expect things. Pure. */

export const master = 'master';

/** A branch, which dotmesh calls a filesystem: its id is the branch's. */
export function volumeOf(state: DotsState, dot: Dot, branch: Branch, server: string, measured?: Measured) {
  const active = (measured?.mounts.length ?? 0) > 0 ? 'active' : 'inactive';
  return {
    Id: branch.id,
    Name: { Namespace: dot.namespace, Name: dot.name },
    Branch: branch.name === master ? '' : branch.name,
    Master: server,
    SizeBytes: measured?.sizeBytes ?? 0,
    DirtyBytes: measured?.dirtyBytes ?? 0,
    CommitCount: historyOf(state, branch.head).length,
    ServerStates: { [server]: active },
    ServerStatuses: { [server]: active },
    ForkParentId: dot.forkedFrom?.dot ?? '',
    ForkParentSnapshotId: dot.forkedFrom?.commit ?? '',
  };
}

export type VolumeAnswer = ReturnType<typeof volumeOf>;

/** Oldest first; author, message and time stand among the metadata. */
export function commitsOf(state: DotsState, head: string | undefined): Json[] {
  return historyOf(state, head).toReversed().map(commitOf);
}

export function commitOf({ id, author, message, time, metadata }: Commit) {
  return { Id: id, Metadata: { ...metadata, author, message, timestamp: time } };
}

/** `{NAMESPACE: {NAME: …}}`. */
export function byName<T>(dots: readonly Dot[], of: (dot: Dot) => T): Record<string, Record<string, T>> {
  const found: Record<string, Record<string, T>> = {};
  for (const dot of dots) {
    const names = found[dot.namespace] ?? {};
    names[dot.name] = of(dot);
    found[dot.namespace] = names;
  }
  return found;
}
