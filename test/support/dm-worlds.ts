import type { Desired, Target } from '#dm/documents.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import type { SimState } from '#dm/sim/state.js';
import type { Random } from './random.js';

/** Random groups of volumes for the planner's properties. Extents are 8 sectors; PVs are 7:0 … */
const extentSize = 8;
const pvExtents = 64;
export const pvs = ['7:0', '7:1', '7:2'];
export const scope = 'DVM-group';

interface Extent {
  pv: number;
  at: number;
}

interface Volume {
  id: number;
  name: string;
  extents: Extent[];
  striped: boolean;
  readOnly: boolean;
  /** Hidden devices between the volume and its extents: 0 … 2. */
  depth: number;
}

export interface World {
  volumes: Volume[];
  nextId: number;
}

export function emptyState(): SimState {
  const backing = Object.fromEntries(pvs.map((dev, i) => [`/dev/loop${i}`, { dev, size: pvExtents * extentSize * 2 }]));
  return new SimKernel({ kind: 'sim-kernel', version: 1, backing, devices: foreignDevices() }).state();
}

/** Devices of others: one of the first names a volume would get in another scope, one without uuid. They use the far halves of the PVs. */
function foreignDevices(): SimState['devices'] {
  const table = (dev: string) => ({ targets: [{ type: 'linear', size: 8, args: `${dev} ${pvExtents * extentSize}` }] });
  return {
    'vg-foreign': { minor: 100, uuid: `${scope}2-x`, live: table('7:0'), inactive: table('7:1') },
    plain: { minor: 101, live: table('7:1'), opened: 1 },
    hung: { minor: 102, uuid: 'LVM-x', live: table('7:2'), suspended: true },
  };
}

export function randomWorld(random: Random): World {
  const world: World = { volumes: [], nextId: 0 };
  for (let n = random.below(6); n >= 0; n--) create(world, random);
  return world;
}

/** The world after a few edits in one transaction; freed extents may be taken again at once. */
export function edited(world: World, random: Random): World {
  const next = structuredClone(world);
  for (let n = random.below(6); n >= 0; n--) random.pick(edits)(next, random);
  return next;
}

const edits = [create, create, remove, grow, grow, shrink, move, rename, swapNames, rotateNames, toggleReadOnly, layer, handOver];

function create(w: World, random: Random): void {
  const striped = random.below(3) === 0;
  const extents = take(w, (1 + random.below(4)) * (striped ? 2 : 1));
  const id = w.nextId++;
  if (extents.length > 0)
    w.volumes.push({ id, name: freshName(w, random), extents, striped, readOnly: false, depth: random.below(3) });
}

function remove(w: World, random: Random): void {
  if (w.volumes.length > 0) w.volumes.splice(random.below(w.volumes.length), 1);
}

function grow(w: World, random: Random): void {
  const v = some(w, random);
  v?.extents.push(...take(w, (1 + random.below(3)) * (v.striped ? 2 : 1)));
}

function shrink(w: World, random: Random): void {
  const v = some(w, random);
  if (v && v.extents.length > 2) v.extents.splice(-2);
}

function move(w: World, random: Random): void {
  const v = some(w, random);
  const [to] = take(w, 1);
  if (v && to) v.extents[random.below(v.extents.length)] = to;
}

/** One volume's tail becomes another's, in one transaction. */
function handOver(w: World, random: Random): void {
  const [from, to] = [some(w, random), some(w, random)];
  if (from && to && from !== to && from.extents.length > 2) to.extents.push(...from.extents.splice(-2));
}

function rename(w: World, random: Random): void {
  const v = some(w, random);
  if (v) v.name = freshName(w, random);
}

function swapNames(w: World, random: Random): void {
  const [a, b] = [some(w, random), some(w, random)];
  if (a && b) [a.name, b.name] = [b.name, a.name];
}

function rotateNames(w: World): void {
  const names = w.volumes.map((v) => v.name);
  w.volumes.forEach((v, i) => {
    v.name = names[(i + 1) % names.length] as string;
  });
}

function toggleReadOnly(w: World, random: Random): void {
  const v = some(w, random);
  if (v) v.readOnly = !v.readOnly;
}

function layer(w: World, random: Random): void {
  const v = some(w, random);
  if (v) v.depth = random.below(3);
}

function some(w: World, random: Random): Volume | undefined {
  return w.volumes[random.below(w.volumes.length)];
}

function freshName(w: World, random: Random): string {
  const free = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n'].filter(
    (n) => !w.volumes.some((v) => v.name === n),
  );
  return random.pick(free);
}

/** The first free extents; none when there are not enough. */
function take(w: World, count: number): Extent[] {
  const used = new Set(w.volumes.flatMap((v) => v.extents.map((e) => `${e.pv} ${e.at}`)));
  const all = pvs.flatMap((_, pv) => Array.from({ length: pvExtents }, (_, at) => ({ pv, at })));
  const free = all.filter((e) => !used.has(`${e.pv} ${e.at}`)).slice(0, count);
  return free.length === count ? free : [];
}

export function desiredOf(world: World): Desired {
  return { kind: 'desired', version: 1, scope, devices: Object.assign({}, ...world.volumes.map(devicesOf)) };
}

function devicesOf(v: Volume): Desired['devices'] {
  const uuid = `${scope}-v${v.id}`;
  const name = `vg-${v.name}`;
  const devices: Desired['devices'] = {};
  let targets = v.striped ? stripes(v.extents) : linears(v.extents);
  for (let level = v.depth; level > 0; level--) {
    const under = `${name}-l${level}`;
    devices[`${uuid}-l${level}`] = { name: under, targets, hidden: true };
    targets = [{ type: 'linear', size: v.extents.length * extentSize, args: `@${under} 0` }];
  }
  devices[uuid] = { name, targets, ...(v.readOnly ? { readOnly: true } : {}) };
  return devices;
}

const place = (e: Extent) => `${pvs[e.pv]} ${e.at * extentSize}`;

function linears(extents: Extent[]): Target[] {
  const runs: { first: Extent; count: number }[] = [];
  for (const e of extents) {
    const last = runs.at(-1);
    if (last && last.first.pv === e.pv && last.first.at + last.count === e.at) last.count++;
    else runs.push({ first: e, count: 1 });
  }
  return runs.map((r) => ({ type: 'linear', size: r.count * extentSize, args: place(r.first) }));
}

function stripes(extents: Extent[]): Target[] {
  const rows: Target[] = [];
  for (let i = 0; i + 1 < extents.length; i += 2)
    rows.push({
      type: 'striped',
      size: 2 * extentSize,
      args: `2 8 ${place(extents[i] as Extent)} ${place(extents[i + 1] as Extent)}`,
    });
  return [...rows, ...linears(extents.slice(rows.length * 2))];
}

/**
 * Extents pass in a circle from volume to volume (a gives to b, b to a): then no order of switching them is safe
 * when one of the switches fails.
 */
export function passesInCircle(before: World, next: World): boolean {
  const owner = new Map(before.volumes.flatMap((v) => v.extents.map((e) => [`${e.pv} ${e.at}`, v.id])));
  const stays = new Set(next.volumes.map((v) => v.id));
  const givers = next.volumes.map((v) => ({
    id: v.id,
    from: new Set(
      v.extents.map((e) => owner.get(`${e.pv} ${e.at}`)).filter((o) => o !== undefined && o !== v.id && stays.has(o)),
    ),
  }));
  for (let rest = givers; rest.length > 0; ) {
    const waiting = rest.filter((v) => rest.some((o) => v.from.has(o.id)));
    if (waiting.length === rest.length) return true;
    rest = waiting;
  }
  return false;
}
