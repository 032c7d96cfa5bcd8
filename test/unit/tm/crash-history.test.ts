import { suite } from '#test/support/check.js';
import { type Case, diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { mutate, tm } from '#test/support/tm-crash.js';
import { batchStage } from '#tm/edit.js';
import { init } from '#tm/members.js';
import { rollback } from '#tm/rollback.js';
import { update } from '#tm/update.js';

/** Many edits in one transaction, and going back, cut short everywhere. */
const test = suite('tm crash: batches and rollback');

const made = tm((ctx) => init(ctx, [['vg_create']], false));
const create = mutate(['lv_create', 'a', '--extents', '10']);
const batch = (text: string) =>
  tm((ctx) => update(ctx, { stages: [batchStage(ctx.names, Buffer.from(text))], dryRun: false, selection: [] }));

const cases: Case[] = [
  {
    name: 'three edits in one transaction',
    devices: 2,
    prepare: [made, create],
    change: mutate(['lv_create', 'b', '--extents', '3'], ['lv_extend', 'a', '--extents', '+1'], ['lv_rename', 'a', 'c']),
  },
  {
    name: 'a batch of edits',
    devices: 2,
    prepare: [made, create],
    change: batch('lv_create b --extents 3\nlv_remove a\nlv_create c --extents 2 --stripes 2\n'),
  },
  {
    name: 'go back to an older layout',
    devices: 2,
    prepare: [
      made,
      create,
      mutate(['lv_extend', 'a', '--extents', '+5']),
      mutate(['lv_rename', 'a', 'z']),
      mutate(['lv_create', 'b', '--extents', '2']),
    ],
    change: tm((ctx) => rollback(ctx, '-3', false, false)),
  },
];

diesAtEveryStep(test, cases);
failsAtEveryIoctl(test, cases);

test.run();
