import { readLabel } from '#discover/label-copies.js';
import { load } from '#tm/context.js';
import { init } from '#tm/members.js';
import { split } from '#tm/transfer.js';
import { edit, namesIn, on } from './tm-recovery.js';
import { groupId, pathOf, TmWorld, type WorldOptions } from './tm-world.js';

/** Groups between which PVs go over. */

/** A group "vg" with one volume on each device, `v0`, `v1` …; nothing is active. */
export async function withVolumes(count: number, options: WorldOptions = {}): Promise<TmWorld> {
  const world = new TmWorld(count, options);
  await on(world, world.present, (ctx) => init(ctx, [['vg_create']], false));
  for (const i of world.present) await edit(world, world.present, 'lv_create', `v${i}`, '--extents', '3', pathOf(i));
  return world;
}

/** Groups "vg" and "new" of two devices each, each with a volume `v0`; the world is at "new". */
export async function twoGroups(): Promise<TmWorld> {
  const world = await withVolumes(4);
  await on(world, world.present, (ctx) => split(ctx, 'new', [pathOf(2), pathOf(3)], false));
  world.group = 'new';
  await edit(world, world.present, 'lv_rename', 'v2', 'v0');
  return world;
}

/** Ids of the groups that labels name. */
export async function groupIds(world: TmWorld): Promise<string[]> {
  const ids = new Set<string>();
  for (const path of world.disks.paths) {
    const found = await readLabel(await world.disks.open(path));
    if (found.state === 'labelled') ids.add(found.label.group.id);
  }
  return [...ids].sort((a, b) => Number(b === groupId) - Number(a === groupId));
}

/** Of each group by its name: version and volumes. */
export async function groupsOf(world: TmWorld): Promise<Record<string, { seqno: number; volumes: string[] }>> {
  const found: Record<string, { seqno: number; volumes: string[] }> = {};
  const { group } = world;
  for (const id of await groupIds(world)) {
    world.group = id;
    const loaded = await on(world, world.present, async (ctx) => (await load(ctx)).group);
    found[loaded.envelope.group.name] = { seqno: loaded.envelope.seqno, volumes: namesIn(loaded) };
  }
  world.group = group;
  return found;
}

export async function volumesOf(world: TmWorld): Promise<Record<string, string[]>> {
  return Object.fromEntries(Object.entries(await groupsOf(world)).map(([name, { volumes }]) => [name, volumes]));
}
