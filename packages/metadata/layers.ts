import type { Draft } from './draft.js';
import type { Lv } from './metadata.js';
import { checkVolumeName } from './names.js';

/** An id for a new hidden volume of that name. */
export type PartIds = (name: string) => string;

/**
 * Moves what a volume consists of into a new hidden volume, to put something in between: the visible volume keeps its id, and
 * has no segments until the caller gives it some.
 *
 * @returns the id of the hidden volume
 * @throws DvmError `bad-name` (exit 64) where the hidden volume's name is too long
 */
export function pushDown(draft: Draft, id: string, name: string, ids: PartIds): string {
  const lv = draft.lvs[id] as Lv;
  const part = ids(name);
  putPart(draft, part, { name, segments: lv.segments, hidden: true });
  draft.setLv(id, { ...lv, segments: [] });
  return part;
}

/** The way back: the volume takes what one of its parts consists of, and the part goes. */
export function pullUp(draft: Draft, id: string, part: string): void {
  const { segments } = draft.lvs[part] as Lv;
  draft.removeLv(part);
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments });
}

/** @throws DvmError `bad-name` (exit 64) */
export function putPart(draft: Draft, id: string, lv: Lv): void {
  checkVolumeName(`${lv.name}.`, draft.groupName);
  draft.setLv(id, lv);
}
