import { suite } from '#test/support/check.js';
import { type Case, create, diesAtEveryStep, failsAtEveryIoctl, mutate, oneByOne } from '#test/support/tm-crash.js';
import type { Context } from '#tm/context.js';
import { batchStage } from '#tm/edit.js';
import { rollback } from '#tm/rollback.js';
import { update } from '#tm/update.js';

/** Many edits in one transaction, and going back, cut short everywhere. */
const test = suite('tm crash: batches and rollback');

const batch = (text: string) => (ctx: Context) =>
  update(ctx, { stages: [batchStage(ctx.names, Buffer.from(text))], dryRun: false, selection: [] });

const cases: Case[] = [
  {
    name: 'three edits in one transaction',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: mutate(['lv_create', 'b', '--extents', '3'], ['lv_extend', 'a', '--extents', '+1'], ['lv_rename', 'a', 'c']),
  },
  {
    name: 'a batch of edits',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: batch('lv_create b --extents 3\nlv_remove a\nlv_create c --extents 2 --stripes 2\n'),
  },
  {
    name: 'go back to an older layout',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: oneByOne(
      create,
      ['lv_extend', 'a', '--extents', '+5'],
      ['lv_rename', 'a', 'z'],
      ['lv_create', 'b', '--extents', '2'],
    ),
    change: (ctx) => rollback(ctx, '-3', false, false),
  },
];

diesAtEveryStep(test, cases);
failsAtEveryIoctl(test, cases);

test.run();
