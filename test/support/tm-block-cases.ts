import { init } from '#tm/members.js';
import type { Case } from './crash-everywhere.js';
import { mutate, type Run, tm } from './tm-crash.js';

const made = tm((ctx) => init(ctx, [['vg_create']], false));
const change = (name: string, prepare: Run[], edit: Run): Case => ({ name, devices: 2, prepare, change: edit });

/** Changes of volumes of fixed content, and of minor numbers. */
export const blockCases: Case[] = [
  change('create a volume with a minor number', [made], mutate(['lv_create', 'a', '--extents', '2', '--minor', '0'])),
  change(
    'create and extend volumes that lie nowhere',
    [made, mutate(['lv_create', 'z', '--extents', '2', '--type', 'zero'])],
    mutate(['lv_extend', 'z', '--extents', '+3'], ['lv_create', 'e', '--extents', '2', '--type', 'error']),
  ),
];
