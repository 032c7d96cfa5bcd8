import { addDevice } from '#discover/add.js';
import { removeDevice } from '#discover/remove.js';
import type { Devices } from '#documents/devices.js';
import type { Group } from '#documents/group.js';
import { activate } from '#tm/activate.js';
import { load } from '#tm/context.js';
import { destroy, expand, init, rename } from '#tm/members.js';
import { recover } from '#tm/recover.js';
import { reduce } from '#tm/reduce.js';
import { changeRegions, type RegionsRequest } from '#tm/region-requests.js';
import { rollback } from '#tm/rollback.js';
import type { Random } from './random.js';
import { mutate, type Run, tm, unlessNothing } from './tm-crash.js';
import { pathOf, type TmWorld } from './tm-world.js';

/** Something that a user may do to a group, as it is. */
export interface Operation {
  name: string;
  run: Run;
  /** Numbers of the devices that are there from then on. */
  present?: number[];
  /** A device that is back disagrees with the others until then: there is no state before. */
  disagreed?: boolean;
}

/** What there is to choose from. */
interface Scene {
  random: Random;
  world: TmWorld;
  devices: Devices['devices'];
  group: Group | undefined;
  volumes: string[];
  /** Numbers of devices. */
  unlabelled: number[];
}

type Maker = (scene: Scene) => Operation | undefined;

/** The next thing that happens to a group; all are about as likely. */
export async function nextOperation(world: TmWorld, random: Random): Promise<Operation> {
  const found = (await unlessNothing(world.devices()))?.devices ?? {};
  const group = (await unlessNothing(tm(load)(world)))?.group;
  const labelled = new Set(Object.values(found).map((d) => d.path));
  const lvs = (group?.metadata as { lvs?: { [id: string]: { name: string } } } | undefined)?.lvs ?? {};
  const scene: Scene = {
    ...{ random, world, devices: found, group },
    volumes: Object.values(lvs).map((lv) => lv.name),
    unlabelled: world.present.filter((i) => !labelled.has(pathOf(i))),
  };
  for (;;) {
    const made = random.pick(makers)(scene);
    if (made) return made;
  }
}

const makers: Maker[] = [
  label,
  begin,
  (s) => s.group && change(newVolume(newName(s), 1 + s.random.below(9), s.world)),
  (s) => s.group && change([...newVolume(newName(s), 4, s.world), '--stripes', '2'], ['vg_set', '--add-tag', newName(s)]),
  withVolume((v, s) => change(['lv_extend', v, '--extents', `+${1 + s.random.below(5)}`])),
  withVolume((v) => change(['lv_reduce', v, '--extents', '-1'])),
  withVolume((v, s) => change(['lv_rename', v, newName(s)], ['vg_set', '--add-tag', newName(s)])),
  withVolume((v) => change(['lv_remove', v])),
  (s) => s.group && { name: 'tm expand', run: tm((ctx) => expand(ctx, [['pv_add']], false)) },
  withMember((pv) => ({
    name: `tm reduce ${pv}`,
    run: tm((ctx) => reduce(ctx, { names: [pv], stages: [['pv_remove', pv]], dryRun: false })),
  })),
  unlabel,
  regions,
  regions,
  (s) => goBack(s),
  (s) => renameGroup(s),
  (s) => s.group && bring(s.random.pick(['--all', '--none'])),
  (s) => s.group && { name: 'tm recover', run: tm((ctx) => recover(ctx, { without: [], from: [] })) },
  away,
  back,
  back,
  (s) => (s.group && s.random.chance(0.1) ? { name: 'tm destroy', run: tm((ctx) => destroy(ctx, [])) } : undefined),
];

/** The edit that makes a volume; runs of the same seed must write the same bytes. */
export function newVolume(name: string, extents: number, world: TmWorld): string[] {
  return ['lv_create', name, '--extents', String(extents), '--id', world.newId(), '--time', '2026-01-01T00:00:00Z'];
}

function newName({ random }: Scene): string {
  return `n${random.hex(4)}`;
}

function change(...stages: string[][]): Operation {
  return { name: `tm update ${stages.map((s) => s.join(' ')).join(' -- ')}`, run: mutate(...stages) };
}

function withVolume(make: (volume: string, scene: Scene) => Operation): Maker {
  return (s) => (s.volumes.length > 0 ? make(s.random.pick(s.volumes), s) : undefined);
}

function withMember(make: (pv: string, scene: Scene) => Operation): Maker {
  return (s) => {
    const members = Object.keys(s.group?.envelope.pvs ?? {}).filter((pv) => Object.hasOwn(s.devices, pv));
    return members.length > 0 ? make(s.random.pick(members), s) : undefined;
  };
}

function label({ random, unlabelled }: Scene): Operation | undefined {
  if (unlabelled.length === 0) return undefined;
  const path = pathOf(random.pick(unlabelled));
  const regions = random.pick([
    undefined,
    [{ start: 2048, length: 1024 }],
    [{ start: 2048, length: 512 }],
    [
      { start: 2048, length: 512 },
      { start: 100 * 2048, length: 1024 },
    ],
  ]);
  return { name: `discover add ${path}`, run: (w) => addDevice({ group: w.group, path, regions }, {}, w.discover()) };
}

function unlabel({ random, devices }: Scene): Operation | undefined {
  const paths = Object.values(devices).map((d) => d.path);
  if (paths.length === 0 || random.chance(0.7)) return undefined;
  const path = random.pick(paths);
  return { name: `discover rm ${path}`, run: (w) => removeDevice({ group: w.group, path }, {}, w.discover()) };
}

function begin({ devices, group }: Scene): Operation | undefined {
  if (group || Object.keys(devices).length === 0) return undefined;
  return { name: 'tm init', run: tm((ctx) => init(ctx, [['vg_create']], false)) };
}

function regions(scene: Scene): Operation | undefined {
  return withMember(changeOfRegions)(scene);
}

function changeOfRegions(pv: string, { random, devices }: Scene): Operation {
  const length = random.pick([512, 1024, 2048, 4096]);
  const start = (200 + random.below(500)) * 2048;
  const request: RegionsRequest = random.pick<RegionsRequest>([
    { action: 'grow', pvs: [], ranges: [], size: length },
    { action: 'grow', pvs: [pv], ranges: [], size: length },
    { action: 'add', pvs: [pv], ranges: [], size: length },
    { action: 'add', pvs: Object.keys(devices), ranges: [], size: length },
    { action: 'add', pvs: [pv], ranges: [{ start, length }], size: undefined },
    { action: 'remove', pvs: [pv], ranges: [], size: undefined },
    { action: 'remove', pvs: [pv], ranges: [...(devices[pv]?.regions ?? [])].slice(0, 1), size: undefined },
  ]);
  return { name: `tm regions ${JSON.stringify(request)}`, run: tm((ctx) => changeRegions(ctx, request, false)) };
}

function goBack({ group, random }: Scene): Operation | undefined {
  const version = `-${1 + random.below(3)}`;
  return group && { name: `tm rollback ${version}`, run: tm((ctx) => rollback(ctx, version, true, false)) };
}

function renameGroup(s: Scene): Operation | undefined {
  const to = newName(s);
  return s.group && { name: `tm rename ${to}`, run: tm((ctx) => rename(ctx, to, false)) };
}

function bring(word: string): Operation {
  return { name: `tm activate ${word}`, run: tm((ctx) => activate(ctx, [word], false, false)) };
}

/** A device is taken away, and the group goes on without it. No volume is active: one that lies on it would stop all changes. */
function away({ group, devices, random, world }: Scene): Operation | undefined {
  const there = Object.entries(devices).filter(([pv]) => Object.hasOwn(group?.envelope.pvs ?? {}, pv));
  if (there.length < 2 || group?.envelope.absent || world.kernel.list().length > 0) return undefined;
  const [pv, { path }] = random.pick(there);
  const present = world.present.filter((i) => pathOf(i) !== path);
  return { name: `tm recover --without ${pv}`, present, run: tm((ctx) => recover(ctx, { without: [pv], from: [] })) };
}

/** All devices are there again. */
function back({ world }: Scene): Operation | undefined {
  const present = world.disks.paths.map((_, i) => i);
  if (world.present.length === present.length) return undefined;
  const run = tm((ctx) => recover(ctx, { without: [], from: [] }));
  return { name: 'tm recover (a device is back)', present, disagreed: true, run };
}
