import { readLabel } from '#discover/label-copies.js';
import { dump } from '#dm/dump.js';
import { isEmpty } from '#tm/activation.js';
import { type Context, load } from '#tm/context.js';
import { inSync } from '#tm/judge.js';
import { recover } from '#tm/recover.js';
import { update } from '#tm/update.js';
import { DvmError } from '#tool/errors.js';
import { canonical, type Json } from '#tool/json.js';
import { assert } from './check.js';
import { pathOf, type TmWorld } from './tm-world.js';

/** One run of a program on a machine. */
export type Run = (world: TmWorld) => Promise<unknown>;

/** A run of tm. */
export const tm =
  <T>(work: (ctx: Context) => Promise<T>) =>
  async (world: TmWorld): Promise<T> => {
    const ctx = await world.context();
    try {
      return await work(ctx);
    } finally {
      await ctx.store.close();
    }
  };

/** Mutators, in one transaction. */
export const mutate = (...stages: string[][]): Run => tm((ctx) => update(ctx, { stages, dryRun: false, selection: [] }));

export const recovery: Run = tm((ctx) => recover(ctx, { without: [], from: [] }));

/** Nothing to recover: there is no group, or none yet. */
const nothingThere = ['no-group', 'not-initialised', 'no-regions'];

export async function unlessNothing<T>(run: Promise<T>): Promise<T | undefined> {
  try {
    return await run;
  } catch (e) {
    if (e instanceof DvmError && nothingThere.includes(e.code)) return undefined;
    throw e;
  }
}

/**
 * What a machine holds: every label, and the one version of the record that all copies have, less what differs with every
 * transaction. Nothing is unfinished, and the kernel agrees.
 */
export async function settledState(world: TmWorld): Promise<string> {
  const labels = await Promise.all(world.present.map((i) => labelOf(world, i)));
  const record = (await unlessNothing(tm(settledRecord)(world))) ?? null;
  for (const [name, d] of Object.entries(dump(world.kernel).devices)) assert.not.ok(d.suspended || d.inactive, `${name} is live`);
  return canonical({ labels, record });
}

async function labelOf(world: TmWorld, device: number): Promise<Json> {
  const found = await readLabel(await world.disks.open(pathOf(device)));
  assert.is.not(found.state, 'unusable', `label of device ${device}`);
  if (found.state !== 'labelled') return null;
  const { sequence: _, regions, ...label } = found.label;
  return { ...label, regions: regions.map((r) => ({ ...r })) };
}

async function settledRecord(ctx: Context): Promise<Json> {
  const { group, judgement } = await load(ctx);
  assert.ok(inSync(judgement), 'copies agree');
  assert.not.ok(judgement.pending, 'nothing is pending');
  const plan = await ctx.activation?.plan(group, undefined, []);
  assert.ok(plan && isEmpty(plan), `kernel agrees: ${canonical((plan?.summary ?? null) as Json)}`);
  const { pvs, absent = [], group: name } = group.envelope;
  for (const [pv, { next, regions }] of Object.entries(pvs)) {
    assert.not.ok(next && Object.hasOwn(ctx.devices.devices, pv), `PV ${pv} is not getting other regions`);
    const label = ctx.devices.devices[pv];
    if (label)
      assert.equal(
        [...label.regions].sort((a, b) => a.start - b.start),
        regions,
        `regions of PV ${pv}`,
      );
  }
  return { name, pvs, absent, metadata: group.metadata } as Json;
}

/** A state without what every run chooses anew: ids and times. */
export function loose(state: string): string {
  const { labels, record } = JSON.parse(state) as Loose;
  let text = canonical({ labels, record }).replaceAll(/"created":"[^"]*",/g, '');
  labels.forEach((label, i) => {
    if (label) text = text.replaceAll(label.pv, pathOf(i)).replaceAll(label.group.id, label.group.name);
  });
  for (const [id, { name }] of Object.entries(record?.metadata.lvs ?? {})) text = text.replaceAll(id, name);
  return canonical(JSON.parse(text) as Json);
}

interface Loose {
  labels: ({ pv: string; group: { id: string; name: string } } | null)[];
  record: { metadata: { lvs: { [id: string]: { name: string } } } } | null;
}
