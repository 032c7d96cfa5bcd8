import { init } from '#tm/members.js';
import type { Case } from './crash-everywhere.js';
import { mutate, type Run, tm } from './tm-crash.js';

const made = tm((ctx) => init(ctx, [['vg_create']], false));
const change = (name: string, prepare: Run[], edit: Run): Case => ({ name, devices: 2, prepare, change: edit });

const data = mutate(['lv_create', 'data', '--extents', '2']);
const snapshot = (name: string) => mutate(['lv_snapshot', 'data', name, '--extents', '1', '--chunk-size', '8K']);

/** Changes of thick snapshots. */
export const thickCases: Case[] = [
  change('make a thick snapshot', [made, data], snapshot('s')),
  change('make a second one', [made, data, snapshot('s')], snapshot('t')),
  change('remove a thick snapshot', [made, data, snapshot('s')], mutate(['lv_remove', 's'])),
  change('bring a thick snapshot back', [made, data, snapshot('s')], mutate(['lv_merge', 's'])),
  change('bring one of two back', [made, data, snapshot('s'), snapshot('t')], mutate(['lv_merge', 's'])),
];
