import type { SimState } from '#dm/sim/state.js';
import { metadataType } from '#metadata/metadata.js';
import { poolSegment, thinVolumes } from '#metadata/thin/segments.js';
import { load } from '#tm/context.js';
import { batchStage } from '#tm/edit.js';
import { init } from '#tm/members.js';
import { update } from '#tm/update.js';
import { assert } from './check.js';
import type { Case } from './crash-everywhere.js';
import { mutate, type Run, tm } from './tm-crash.js';
import type { TmWorld } from './tm-world.js';

const made = tm((ctx) => init(ctx, [['vg_create']], false));
const pool = ['lv_thin_pool', 'pool', '--extents', '20'];
const thin = (name: string): string[] => ['lv_thin', name, '--pool', 'pool', '--virtual-size', '1G'];
const snapshot = ['lv_snapshot', 'a', 's'];
const withPool: Run[] = [made, mutate(pool)];

/** Edits in one batch. */
const batch = (...edits: string[][]): Run =>
  tm((ctx) => {
    const lines = edits.map((words) => `${words.join(' ')}\n`).join('');
    return update(ctx, { stages: [batchStage(ctx.names, Buffer.from(lines))], dryRun: false, selection: [] });
  });

type Pool = NonNullable<SimState['pools']>[string];

/** What the kernel's pools have is what the metadata says, neither a volume less nor one left over. */
export async function poolsAgree(world: TmWorld): Promise<void> {
  const { metadata } = (await tm(load)(world)).group;
  const { lvs } = metadataType.parse(metadata, 'metadata');
  const found = Object.values<Pool>(world.kernel.state().pools ?? {}).map((p) => `${p.transaction}: ${Object.keys(p.devices)}`);
  for (const [id, lv] of Object.entries(lvs)) {
    const segment = poolSegment(lv);
    if (!segment) continue;
    const devices = thinVolumes(lvs, id).map((t) => t.segment.device);
    const wanted = `${segment.transaction}: ${devices.sort((a, b) => a - b)}`;
    assert.ok(found.includes(wanted), `pool "${lv.name}" is to be at ${wanted}, and is at ${found.join('; ')}`);
  }
}

const change = (name: string, prepare: Run[], edit: Run): Case => ({
  name,
  devices: 2,
  prepare,
  change: edit,
  holds: poolsAgree,
});

/** Changes of thin pools and volumes. */
export const thinCases: Case[] = [
  change('create a thin pool', [made], mutate(pool)),
  change('create a pool with a volume and its snapshot', [made], batch(pool, thin('a'), snapshot)),
  change('create a thin volume', withPool, mutate(thin('a'))),
  change('create two thin volumes, each by itself', withPool, mutate(thin('a'), thin('b'))),
  change('snapshot a live thin volume', [...withPool, mutate(thin('a'))], mutate(snapshot)),
  change('go back to a thin snapshot', [...withPool, mutate(thin('a')), mutate(snapshot)], mutate(['lv_merge', 's'])),
  change(
    'make a volume thin',
    [...withPool, mutate(['lv_create', 'data', '--extents', '3'])],
    mutate(['lv_convert', 'data', '--type', 'thin', '--pool', 'pool']),
  ),
  change('remove a thin volume and make another', [...withPool, mutate(thin('a'))], batch(['lv_remove', 'a'], thin('b'))),
  change('remove a pool with its volumes', [...withPool, mutate(thin('a'))], mutate(['lv_remove', 'a', 'pool'])),
  change(
    'extend pool, metadata and volume',
    [...withPool, mutate(thin('a'))],
    batch(['lv_extend', 'pool', '--extents', '+5', '--metadata-size', '+4M'], ['lv_extend', 'a', '--size', '+1G']),
  ),
  change(
    'rename a pool and its volume',
    [...withPool, mutate(thin('a'))],
    batch(['lv_rename', 'pool', 'heap'], ['lv_rename', 'a', 'b']),
  ),
];
