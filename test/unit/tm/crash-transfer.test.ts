import { assert, suite } from '#test/support/check.js';
import { Random } from '#test/support/random.js';
import { recovery, settledState, type tm } from '#test/support/tm-crash.js';
import { edit, on } from '#test/support/tm-recovery.js';
import { pathOf, type TmWorld } from '#test/support/tm-world.js';
import { groupIds, twoGroups, volumesOf, withVolumes } from '#test/support/transfer.js';
import { merge, split } from '#tm/transfer.js';
import { DvmError } from '#tool/errors.js';
import { canonical } from '#tool/json.js';

/**
 * PVs go over to another group, and the machine stops at every instant: once both groups have been recovered, every volume
 * is in one group, and both are as before or as after.
 */
const test = suite('tm crash: split and merge');
/** Different things that a power cut at one instant may leave. */
const CUTS = 3;
let points = 0;

test('split', async () => {
  await everywhere(await withVolumes(4), (ctx) => split(ctx, 'new', [pathOf(2), pathOf(3)], false));
});

test('split where not all carry metadata', async () => {
  await everywhere(await withVolumes(4, { carriers: [0, 3] }), (ctx) => split(ctx, 'new', [pathOf(1), pathOf(3)], false));
});

test('merge', async () => {
  const world = await twoGroups();
  await edit(world, world.present, 'lv_rename', 'v0', 'v2');
  await everywhere(world, (ctx) => merge(ctx, 'vg', false));
});

test('points', () => void process.stdout.write(`NOTE ${points} crash points of split and merge\n`));

async function everywhere(world: TmWorld, change: Parameters<typeof tm>[0]): Promise<void> {
  const old = canonical(await volumesOf(world));
  world.machine.record();
  await on(world, world.present, change);
  const { instants } = world.machine;
  const fresh = canonical(await volumesOf(world));
  assert.is.not(old, fresh);
  const seen = new Set<string>();
  for (const [i, instant] of instants.entries())
    for (let cut = 0; cut <= CUTS; cut++) {
      const seed = 10 * i + cut;
      const how = cut === 0 ? 'killed' : 'power cut';
      try {
        const left = world.with(world.machine.stoppedAt(instant, how, new Random(seed)), seed);
        const state = await mended(left, new Random(seed));
        assert.ok([old, fresh].includes(state), `neither the old state nor the new one: ${state}`);
        if (i === instants.length - 1) assert.is(state, fresh, 'what had been acknowledged is lost');
        seen.add(state);
      } catch (e) {
        throw new Error(`${how} at step ${i} of ${instants.length}, seed ${seed}: ${(e as Error).message}`, { cause: e });
      }
      points++;
    }
  assert.is(seen.size, 2, 'crashes on both sides of the decision were seen');
}

/** Recovers the groups in any order; who waits for the other one is asked again. */
async function mended(world: TmWorld, random: Random): Promise<string> {
  for (let round = 0; round < 2; round++)
    for (const id of random.shuffle(await groupIds(world))) {
      if (!(await groupIds(world)).includes(id)) continue;
      world.group = id;
      await recovery(world).catch((e: unknown) => {
        if (round > 0 || !(e instanceof DvmError) || e.code !== 'interrupted') throw e;
      });
    }
  for (const id of await groupIds(world)) {
    world.group = id;
    await settledState(world);
  }
  return canonical(await volumesOf(world));
}

test.run();
