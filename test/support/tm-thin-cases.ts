import type { SimState } from '#dm/sim/state.js';
import type { Group } from '#documents/group.js';
import { metadataType } from '#metadata/metadata.js';
import { poolSegment, thinVolumes } from '#metadata/thin/segments.js';
import { assert } from './check.js';
import { batch, type Case, mutate, oneByOne } from './tm-cases.js';
import type { TmWorld } from './tm-world.js';

const pool = ['lv_thin_pool', 'pool', '--extents', '20'];
const thin = (name: string) => ['lv_thin', name, '--pool', 'pool', '--virtual-size', '1G'];
const madeOf = (...edits: string[][]) => oneByOne(pool, ...edits);

/** What the pools of a simulated kernel know; each has its metadata on a PV of its own. */
type Pools = NonNullable<SimState['pools']>;

/** What the kernel's pools have is what the metadata says, neither a volume less nor one left over. */
function poolsAgree(world: TmWorld, { metadata }: Group): void {
  const { lvs } = metadataType.parse(metadata, 'metadata');
  const wanted = Object.entries(lvs).flatMap(([id, lv]) => {
    const segment = poolSegment(lv);
    const devices = thinVolumes(lvs, id).map((t) => t.segment.device);
    return segment ? [`${segment.transaction}: ${devices.sort((a, b) => a - b)}`] : [];
  });
  const found = Object.values<Pools[string]>(world.kernel.state().pools ?? {}).map(
    (p) => `${p.transaction}: ${Object.keys(p.devices)}`,
  );
  for (const pool of wanted) assert.ok(found.includes(pool), `pool ${pool} is told everything: ${found.join('; ')}`);
}

const change = (name: string, prepare: Case['prepare'], edit: Case['change']): Case => ({
  name,
  devices: 2,
  before: [0, 1],
  after: [0, 1],
  prepare,
  change: edit,
  holds: poolsAgree,
});

/** Changes of thin pools and volumes. */
export const thinCases: Case[] = [
  change('create a thin pool', async () => {}, mutate(pool)),
  change(
    'create a pool with a volume and its snapshot',
    async () => {},
    batch(`${pool.join(' ')}\n${thin('a').join(' ')}\nlv_snapshot a s\n`),
  ),
  change('create a thin volume', madeOf(), mutate(thin('a'))),
  change('create two thin volumes, each by itself', madeOf(), mutate(thin('a'), thin('b'))),
  change('snapshot a live thin volume', madeOf(thin('a')), mutate(['lv_snapshot', 'a', 's'])),
  change('go back to a thin snapshot', madeOf(thin('a'), ['lv_snapshot', 'a', 's']), mutate(['lv_merge', 's'])),
  change('remove a thin volume and make another', madeOf(thin('a')), batch(`lv_remove a\n${thin('b').join(' ')}\n`)),
  change('remove a pool with its volumes', madeOf(thin('a')), mutate(['lv_remove', 'a', 'pool'])),
  change(
    'extend pool, metadata and volume',
    madeOf(thin('a')),
    batch('lv_extend pool --extents +5 --metadata-size +4M\nlv_extend a --size +1G\n'),
  ),
  change('rename a pool and its volume', madeOf(thin('a')), batch('lv_rename pool heap\nlv_rename a b\n')),
];
