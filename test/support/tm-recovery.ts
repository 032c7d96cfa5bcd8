import type { Group } from '#documents/group.js';
import { newest, parseSlot, type Superblock } from '#replicator/format/superblock.js';
import { type Context, load } from '#tm/context.js';
import { init } from '#tm/members.js';
import type { Outcome } from '#tm/outcome.js';
import { recover } from '#tm/recover.js';
import { update } from '#tm/update.js';
import { type Verification, verify } from '#tm/verify.js';
import { assert } from './check.js';
import { pathOf, TmWorld } from './tm-world.js';

/** What happens to groups that lose devices, and get them back, in a simulated world. */

/** Runs tm on some devices. */
export async function on<T>(world: TmWorld, present: readonly number[], work: (ctx: Context) => Promise<T>): Promise<T> {
  const ctx = await world.context(present);
  try {
    return await work(ctx);
  } finally {
    await ctx.store.close();
  }
}

/** A group of devices with one volume on each, `v0`, `v1` …; nothing is active. */
export async function groupOf(count: number, members = count): Promise<TmWorld> {
  const world = new TmWorld(count);
  world.present = Array.from({ length: members }, (_, i) => i);
  await on(world, world.present, (ctx) => init(ctx, [['vg_create']], false));
  for (const i of world.present) await edit(world, world.present, 'lv_create', `v${i}`, '--extents', '3', pathOf(i));
  return world;
}

/** One edit of the metadata alone. */
export function edit(world: TmWorld, present: readonly number[], ...words: string[]): Promise<Outcome> {
  const request = { stages: [words], dryRun: false, selection: [] };
  return on(world, present, (ctx) => update({ ...ctx, activation: undefined }, request)) as Promise<Outcome>;
}

export const create = (world: TmWorld, present: readonly number[], name: string): Promise<Outcome> =>
  edit(world, present, 'lv_create', name, '--extents', '1', pathOf(present[0] as number));

/** Names of the volumes that the metadata has. */
export async function volumes(world: TmWorld, present: readonly number[]): Promise<string[]> {
  return namesIn(await on(world, present, async (ctx) => (await load(ctx)).group));
}

export function namesIn(group: Group): string[] {
  const { lvs } = group.metadata as { lvs: Record<string, { name: string }> };
  return Object.values(lvs)
    .map((lv) => lv.name)
    .sort();
}

export async function verified(
  world: TmWorld,
  present: readonly number[],
  full = false,
): Promise<Verification & { exit: number }> {
  const { verification, exit } = await on(world, present, (ctx) => verify(ctx, full));
  return { ...verification, exit };
}

/** Does what a hint or a remedy says: `tm recover` with its flags. */
export async function follow(world: TmWorld, present: readonly number[], hint: string | undefined): Promise<Outcome> {
  const command = /discover vg \| tm recover vg((?: --(?:from|without) \S+)*)$/.exec(hint ?? '');
  assert.ok(command, `a command that recovers: ${hint}`);
  const words = (command?.[1] ?? '').split(' --').slice(1);
  const given = (flag: string) => words.filter((w) => w.startsWith(`${flag} `)).map((w) => w.slice(flag.length + 1));
  return on(world, present, (ctx) => recover(ctx, { from: given('from'), without: given('without') }));
}

/** Where a device's region begins, in bytes. */
export const regionAt = 2048 * 512;

/** The superblock of a device's region that counts. */
export function superblockOf(world: TmWorld, device: number): Superblock {
  const image = world.disks.image(pathOf(device));
  const region = { path: pathOf(device), start: 2048, length: 1024 };
  const slots = [0, 1].map((i) => parseSlot(image.read(regionAt + i * 4096, 4096), i as 0 | 1, region));
  const superblock = newest(slots);
  if (!superblock) throw new Error(`device ${device} has no superblock`);
  return superblock;
}

/** Spoils some bytes of a block of a device's region. */
export function spoil(world: TmWorld, device: number, block: number): void {
  const at = regionAt + block * 4096 + 100;
  world.disks.image(pathOf(device)).fill(0xee, at, at + 20);
}
