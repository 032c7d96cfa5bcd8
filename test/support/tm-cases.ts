/** The kinds of change that every crash and every failing ioctl is tried in. */
import { pathOf, pvOf } from '#test/support/tm-world.js';
import type { Context } from '#tm/context.js';
import { batchStage } from '#tm/edit.js';
import { expand, reduce, rename } from '#tm/members.js';
import { rollback } from '#tm/rollback.js';
import { update } from '#tm/update.js';
export interface Case {
  name: string;
  devices: number;
  /** Device numbers that discover finds. */
  before: number[];
  after: number[];
  prepare(ctx: Context): Promise<unknown>;
  change(ctx: Context): Promise<unknown>;
}

export const mutate =
  (...stages: string[][]) =>
  (ctx: Context) =>
    update(ctx, { stages, dryRun: false, selection: [] });
/** The same in every run, so that runs compare. */
const moveId = 'm'.repeat(20);
export const create = ['lv_create', 'a', '--extents', '10'];
/** One edit a transaction. */
const oneByOne =
  (...edits: string[][]) =>
  async (ctx: Context) => {
    for (const words of edits) await mutate(words)(ctx);
  };
const batch = (text: string) => (ctx: Context) =>
  update(ctx, { stages: [batchStage(ctx.names, Buffer.from(text))], dryRun: false, selection: [] });
const nothing = async (): Promise<void> => {};

export const cases: Case[] = [
  { name: 'create a volume', devices: 3, before: [0, 1, 2], after: [0, 1, 2], prepare: nothing, change: mutate(create) },
  {
    name: 'extend a live volume',
    devices: 3,
    before: [0, 1, 2],
    after: [0, 1, 2],
    prepare: mutate(create),
    change: mutate(['lv_extend', 'a', '--extents', '+5']),
  },
  {
    name: 'reduce a live volume',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: mutate(['lv_reduce', 'a', '--extents', '-5']),
  },
  {
    name: 'rename a live volume',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: mutate(['lv_rename', 'a', 'b']),
  },
  {
    name: 'remove a live volume',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: mutate(['lv_remove', 'a']),
  },
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
  {
    name: 'take in a device',
    devices: 3,
    before: [0, 1],
    after: [0, 1, 2],
    prepare: mutate(create),
    change: (ctx) => expand(ctx, [['pv_add']], false),
  },
  {
    name: 'take out a device',
    devices: 3,
    before: [0, 1, 2],
    after: [0, 1, 2],
    prepare: mutate(create),
    change: (ctx) => reduce(ctx, [pathOf(2)], [['pv_remove', pvOf(2)]], false),
  },
  {
    name: 'rename the group',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate(create),
    change: (ctx) => rename(ctx, 'other', false),
  },
  {
    name: 'begin to move extents',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: mutate([...create, '--stripes', '1']),
    change: mutate(['pv_move', pvOf(0), '--id', moveId]),
  },
  {
    name: 'end a move that the kernel has finished',
    devices: 2,
    before: [0, 1],
    after: [0, 1],
    prepare: oneByOne(create, ['pv_move', pvOf(0), '--id', moveId]),
    change: mutate(['vg_check']),
  },
];
