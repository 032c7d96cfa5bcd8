import { type DvmError, fail } from '#tool/errors.js';
import type { Draft } from './draft.js';
import type { Lv, Metadata } from './metadata.js';
import { checkVolumeName } from './names.js';
import { listed } from './pv-edits.js';
import { sizeOf } from './segments.js';
import { spareName } from './thin/spare.js';

/**
 * Takes in the PVs and volumes of another group. Its settings are not taken over. Of two spares for thin pools the larger
 * stays.
 *
 * @throws DvmError `extent-size-differs`, `exported` (exit 83), `name-taken`, `id-taken` (exit 81), `bad-name` (exit 64)
 */
export function mergeGroup(draft: Draft, other: Metadata): void {
  refuse(draft, other);
  const spare = draft.idOf(spareName);
  for (const [id, pv] of Object.entries(other.pvs)) draft.setPv(id, pv);
  for (const [id, lv] of Object.entries(other.lvs)) {
    const rival = lv.name === spareName && spare !== undefined ? draft.lvs[spare] : undefined;
    if (rival && sizeOf(rival) >= sizeOf(lv)) continue;
    if (rival && spare !== undefined) draft.removeLv(spare);
    draft.setLv(id, lv);
  }
}

function refuse(draft: Draft, { vg, pvs, lvs }: Metadata): void {
  if (vg.exported) throw fail('inUse', 'exported', 'the other group is exported', { hint: 'vg_import takes it into use again' });
  if (vg.extentSize !== draft.vg.extentSize) throw sizesDiffer(draft, vg.extentSize);
  const ids = [...Object.keys(pvs), ...Object.keys(lvs)].filter((id) => id in draft.pvs || id in draft.lvs);
  if (ids.length > 0)
    throw fail('exists', 'id-taken', `${draft.group} has ${ids.join(', ')} too: one of the groups is a copy of the other`);
  const visible = Object.values(lvs).filter((lv) => lv.name !== spareName);
  const taken = visible.filter((lv) => draft.idOf(lv.name) !== undefined);
  if (taken.length > 0) throw namesTaken(draft, taken);
  for (const { name, hidden } of visible) if (!hidden) checkVolumeName(name, draft.groupName);
}

function sizesDiffer(draft: Draft, other: number): DvmError {
  const what = `extents are of ${draft.vg.extentSize} sectors in ${draft.group}, of ${other} in the other one`;
  return fail('inUse', 'extent-size-differs', what, {
    hint: 'vg_set --extent-size makes them equal, where the volumes allow it',
  });
}

function namesTaken(draft: Draft, lvs: readonly Lv[]): DvmError {
  const volumes = lvs.map((lv) => lv.name).sort();
  return fail('exists', 'name-taken', `${draft.group} has a volume ${listed(volumes)} too`, {
    hint: 'lv_rename gives one of them another name',
    details: { volumes },
  });
}
