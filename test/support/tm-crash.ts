import { dump } from '#dm/dump.js';
import type { Group } from '#documents/group.js';
import { isEmpty } from '#tm/activation.js';
import { type Context, load } from '#tm/context.js';
import { inSync } from '#tm/judge.js';
import { init } from '#tm/members.js';
import { recover } from '#tm/recover.js';
import { DvmError } from '#tool/errors.js';
import { canonical } from '#tool/json.js';
import { assert } from './check.js';
import { type Case, mutate } from './tm-cases.js';
import { TmWorld } from './tm-world.js';

/** What every kind of change is put through: the machine dies, or the kernel refuses, at every single step. */

export async function run<T>(world: TmWorld, present: number[], work: (ctx: Context) => Promise<T>): Promise<T> {
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
  const lvs = Object.entries(group.metadata.lvs as Record<string, { name: string }>);
  const text = canonical({
    name: group.envelope.group.name,
    pvs: Object.keys(group.envelope.pvs).sort(),
    lvs: lvs.map(([, lv]) => canonical({ ...lv, created: undefined })).sort(),
  });
  return lvs.reduce((rest, [id, lv]) => rest.replaceAll(id, lv.name), text);
}

/** The one version that all copies hold, with nothing unfinished and the kernel in agreement. */
export async function settledState(world: TmWorld, present: number[], holds?: Case['holds']): Promise<string> {
  return run(world, present, async (ctx) => {
    const { group, judgement } = await load(ctx);
    assert.ok(inSync(judgement), 'copies agree');
    assert.not.ok(judgement.pending, 'nothing is pending');
    const plan = await ctx.activation?.plan(group, undefined, []);
    assert.ok(plan && isEmpty(plan), `kernel agrees: ${canonical(plan?.summary ?? null)}`);
    for (const [name, d] of Object.entries(dump(world.kernel).devices))
      assert.not.ok(d.suspended || d.inactive, `${name} is live`);
    holds?.(world, group);
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
  return settledState(world, c.after, c.holds);
}

/**
 * The machine dies before every single write, flush and changing ioctl of a change, as a killed process (all writes
 * arrived, the kernel lives on) or as a power cut (unflushed sectors lost, a fresh kernel). What the next run makes of
 * it must be the old state or the new one, whole, with the kernel in agreement.
 */
export async function diesAtEveryStep(c: Case, how: 'killed' | 'power cut'): Promise<void> {
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
    await settledState(world, c.after, c.holds);
    assert.ok(at < 2000, 'ends');
  }
  assert.is(seen.size, 2, 'crashes on both sides of the commit were seen');
}

/** The kernel refuses one ioctl of a change, each in turn. */
export async function everyIoctlFails(c: Case): Promise<void> {
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
}
