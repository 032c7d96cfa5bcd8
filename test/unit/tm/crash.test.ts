import { dump } from '#dm/dump.js';
import type { Group } from '#documents/group.js';
import { assert, suite } from '#test/support/check.js';
import { type Case, cases, create, mutate } from '#test/support/tm-cases.js';
import { TmWorld } from '#test/support/tm-world.js';
import { activate } from '#tm/activate.js';
import { isEmpty } from '#tm/activation.js';
import { type Context, load } from '#tm/context.js';
import { inSync } from '#tm/judge.js';
import { init } from '#tm/members.js';
import { recover } from '#tm/recover.js';
import { DvmError } from '#tool/errors.js';
import { canonical } from '#tool/json.js';

/**
 * The machine dies before every single write, flush and changing ioctl of every kind of change, once as a killed process
 * (all writes arrived, the kernel lives on) and once as a power cut (unflushed sectors lost, a fresh kernel). What the
 * next run makes of it must be the old state or the new one, whole, with the kernel in agreement.
 */
const test = suite('tm crash');

async function run<T>(world: TmWorld, present: number[], work: (ctx: Context) => Promise<T>): Promise<T> {
  const ctx = await world.context(present);
  try {
    return await work(ctx);
  } finally {
    await ctx.store.close();
  }
}

async function prepared(c: Case, seed: number): Promise<TmWorld> {
  const world = new TmWorld(c.devices, seed);
  await run(world, c.before, (ctx) => init(ctx, [['vg_create']], false));
  await run(world, c.before, c.prepare);
  return world;
}

/** What a state is, apart from ids and times that every run makes anew. */
function essence(group: Group): string {
  const lvs = Object.values(group.metadata.lvs as object).map((lv: object) => ({ ...lv, created: undefined }));
  return canonical({
    name: group.envelope.group.name,
    pvs: Object.keys(group.envelope.pvs).sort(),
    lvs: lvs.map((l) => canonical(l)).sort(),
  });
}

/** The one version that all copies hold, with nothing unfinished and the kernel in agreement. */
async function settledState(world: TmWorld, present: number[]): Promise<string> {
  return run(world, present, async (ctx) => {
    const { group, judgement } = await load(ctx);
    assert.ok(inSync(judgement), 'copies agree');
    assert.not.ok(judgement.pending, 'nothing is pending');
    const plan = await ctx.activation?.plan(group, undefined, []);
    assert.ok(plan && isEmpty(plan), `kernel agrees: ${canonical(plan?.summary ?? null)}`);
    for (const [name, d] of Object.entries(dump(world.kernel).devices))
      assert.not.ok(d.suspended || d.inactive, `${name} is live`);
    return essence(group);
  });
}

/** The machine dies before step `at`; returns whether the change had been acknowledged, or the whole was survived. */
async function dieDuring(world: TmWorld, c: Case, at: number): Promise<'finished' | 'acknowledged' | 'died'> {
  world.dieAt(at);
  try {
    await run(world, c.after, c.change);
    return world.dead ? 'acknowledged' : 'finished';
  } catch (e) {
    if (!(e instanceof DvmError) || e.code === 'internal') throw e;
    return 'died';
  }
}

/** `tm recover`, and what a user does next: the same change again must work, or be found done. */
async function recovered(world: TmWorld, c: Case): Promise<string> {
  await run(world, c.after, (ctx) => recover(ctx, { without: [], from: [] }));
  return settledState(world, c.after);
}

for (const c of cases)
  for (const how of ['killed', 'power cut'] as const)
    test(`${c.name}: ${how} at every step`, async () => {
      const reference = await prepared(c, 1);
      const old = await settledState(reference, c.before);
      await run(reference, c.after, c.change);
      const fresh = await settledState(reference, c.after);
      assert.is.not(old, fresh);
      const seen = new Set<string>();
      for (let at = 0; ; at++) {
        const world = await prepared(c, at + 1);
        const end = await dieDuring(world, c, at);
        if (end === 'finished') break;
        if (how === 'killed') world.restartProcess();
        else world.powerCut();
        const state = await recovered(world, c);
        const where = `step ${at} (seed ${at + 1})`;
        assert.ok(state === old || state === fresh, `${where}: a state that is neither old nor new`);
        if (end === 'acknowledged') assert.is(state, fresh, `${where}: an acknowledged change is lost`);
        seen.add(state);
        await run(world, c.after, mutate(['lv_create', 'later', '--extents', '1']));
        await settledState(world, c.after);
        assert.ok(at < 2000, 'ends');
      }
      assert.is(seen.size, 2, 'crashes on both sides of the commit were seen');
    });

for (const c of cases)
  test(`${c.name}: every ioctl fails once`, async () => {
    const reference = await prepared(c, 1);
    const old = await settledState(reference, c.before);
    await run(reference, c.after, c.change);
    const fresh = await settledState(reference, c.after);
    for (let at = 0; ; at++) {
      const world = await prepared(c, 1);
      world.failIoctl(at);
      const code = await run(world, c.after, c.change).then(
        () => 'done',
        (e: DvmError) => e.code,
      );
      if (!world.ioctlFailed) break;
      for (const [name, d] of Object.entries(dump(world.kernel).devices))
        assert.not.ok(d.suspended, `${name} is not left suspended`);
      const state = await recovered(world, c);
      const expected = { 'activation-failed': old, 'activation-pending': fresh, done: fresh }[code];
      assert.ok(expected, `ioctl ${at}: ${code}`);
      assert.is(state, expected, `ioctl ${at}: ${code}`);
    }
  });

test('init: dying at every step leaves a group that init or recover completes', async () => {
  for (const how of ['killed', 'power cut'] as const)
    for (let at = 0; ; at++) {
      const world = new TmWorld(3, at + 1);
      world.dieAt(at);
      const died = await run(world, [0, 1, 2], (ctx) => init(ctx, [['vg_create']], false)).then(
        () => world.dead,
        () => true,
      );
      if (!died) break;
      if (how === 'killed') world.restartProcess();
      else world.powerCut();
      await run(world, [0, 1, 2], (ctx) => init(ctx, [['vg_create']], false)).catch((e: DvmError) => {
        assert.is(e.code, 'already-initialised', `${how} at ${at}: ${e.message}`);
        return run(world, [0, 1, 2], (again) => recover(again, { without: [], from: [] }));
      });
      await settledState(world, [0, 1, 2]);
    }
});

test('after a power cut all volumes come up again by activate', async () => {
  const world = new TmWorld(2, 7);
  await run(world, [0, 1], (ctx) => init(ctx, [['vg_create']], false));
  await run(world, [0, 1], mutate(create, ['lv_create', 'b', '--extents', '4', '--stripes', '2']));
  world.powerCut();
  assert.equal(Object.keys(dump(world.kernel).devices), []);
  await run(world, [0, 1], (ctx) => activate(ctx, ['--all'], false, false));
  assert.equal(Object.keys(dump(world.kernel).devices).sort(), ['vg-a', 'vg-b']);
  await settledState(world, [0, 1]);
});

test.run();
