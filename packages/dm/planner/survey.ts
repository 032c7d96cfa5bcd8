import { fail } from '#tool/errors.js';
import type { Current, Desired } from '../documents.js';
import { checkDesired, checkForeign, inScope } from './guards.js';
import { isPool, metadataGrew } from './pools.js';
import { namesIn, resolveTargets } from './references.js';
import { sameTable } from './tables.js';

export type Wanted = Desired['devices'][string];
export type Present = Current['devices'][string] & { name: string };

/** One device of the scope: as it is, as it should be, and what it stands on. */
export interface Device {
  readonly uuid: string;
  /** As the kernel has it; absent for one to be made. */
  readonly now: Present | undefined;
  /** As it should be; absent for one to be removed. */
  readonly want: Wanted | undefined;
  /** What it is called until the renames, which come last. */
  name: string;
  /** A table has to be loaded: it is new, or its table or read-only flag differs. */
  loads: boolean;
  /** Devices of the scope that its wanted table uses, and those whose wanted tables use it. */
  readonly below: Device[];
  readonly above: Device[];
  /** The same by live tables. */
  readonly liveBelow: Device[];
  readonly liveAbove: Device[];
}

/** Both documents brought together. */
export interface Survey {
  /** Sorted by name, so that the plan does not depend on the order of keys. */
  readonly devices: readonly Device[];
  /** Own devices without a live table that no live table uses: what a run that was killed has left. They are removed first and count as absent. */
  readonly empty: readonly Present[];
  /** `major:minor` of what a wanted table calls NAME; undefined while it has none. */
  devOf(name: string): string | undefined;
  /** The device of the scope behind a `major:minor`. */
  byDev(dev: string): Device | undefined;
  /** The wanted device of that name. */
  byName(name: string): Device | undefined;
  /** Devices whose metadata is made anew: thin pools, caches. */
  readonly repaired: ReadonlySet<string>;
  /** Every present device, foreign ones too. */
  readonly present: readonly Present[];
}

/**
 * Pairs what is with what should be, by uuid.
 *
 * @throws DvmError foreign-uuid, duplicate-name, unknown-device (exit 65), name-taken (exit 81)
 */
export function survey(current: Current, desired: Desired): Survey {
  checkDesired(desired);
  const present = Object.entries(current.devices).map(([name, d]) => ({ name, ...d }));
  checkForeign(present, desired);
  const own = present.filter((d) => inScope(d.uuid, desired.scope));
  const used = new Set(own.flatMap((d) => d.deps));
  const isEmpty = (d: Present): boolean => d.targets.length === 0 && !used.has(d.dev);
  const empty = own.filter(isEmpty);
  const devices = pair(
    own.filter((d) => !isEmpty(d)),
    desired,
  );
  const byName = new Map(devices.flatMap((d) => (d.want ? [[d.want.name, d] as const] : [])));
  const byDev = new Map(devices.flatMap((d) => (d.now ? [[d.now.dev, d] as const] : [])));
  const foreign = new Map(present.filter((d) => !inScope(d.uuid, desired.scope)).map((d) => [d.name, d.dev]));
  const result: Survey = {
    devices,
    empty,
    repaired: new Set((desired.repairs ?? []).map((r) => r.uuid)),
    present,
    devOf: (name) => (byName.has(name) ? byName.get(name)?.now?.dev : foreign.get(name)),
    byDev: (dev) => byDev.get(dev),
    byName: (name) => byName.get(name),
  };
  for (const device of devices) link(device, result, foreign);
  for (const device of devices) device.loads = device.want !== undefined && !isLive(device, device.want, result);
  for (const device of devices) if (isPool(device) && metadataGrew(device, metadataOf(device, result))) device.loads = true;
  return result;
}

/** The metadata of a thin pool or cache: `META DATA …`. */
export function metadataOf({ want }: Device, s: Survey): Device | undefined {
  const [word = ''] = want?.targets[0]?.args.split(' ') ?? [];
  return s.byName(word.slice(1));
}

/** One entry a uuid, under the name it goes by for now: a new device whose name is still taken is made under its uuid. */
function pair(live: Present[], desired: Desired): Device[] {
  const taken = new Set(live.map((d) => d.name));
  const byUuid = new Map(live.map((d) => [d.uuid, d]));
  const uuids = new Set([...byUuid.keys(), ...Object.keys(desired.devices)]);
  const devices = [...uuids].map((uuid) => {
    const [now, want] = [byUuid.get(uuid), desired.devices[uuid]];
    const final = want?.name ?? '';
    const name = now?.name ?? (taken.has(final) ? uuid : final);
    return { uuid, now, want, name, loads: false, below: [], above: [], liveBelow: [], liveAbove: [] };
  });
  return devices.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function link(device: Device, s: Survey, foreign: ReadonlyMap<string, string>): void {
  for (const word of namesIn(device.want?.targets ?? [])) {
    const name = word.startsWith('@') ? word.slice(1) : undefined;
    const under = name === undefined ? s.byDev(word) : s.byName(name);
    if (under?.want) connect(device.below, under, under.above, device);
    else if (under || (name !== undefined && !foreign.has(name))) throw unknown(device, word);
  }
  for (const dev of device.now?.deps ?? []) {
    const under = s.byDev(dev);
    if (under) connect(device.liveBelow, under, under.liveAbove, device);
  }
}

function connect(below: Device[], under: Device, above: Device[], over: Device): void {
  if (below.includes(under)) return;
  below.push(under);
  above.push(over);
}

function unknown(device: Device, word: string) {
  return fail(
    'badInput',
    'unknown-device',
    `table of "${device.want?.name}" uses "${word}", which is to be removed or not there`,
  );
}

/** The live table is the wanted one: start, length, type, parameters and read-only flag. */
function isLive({ now }: Device, want: Wanted, s: Survey): boolean {
  if (!now || now.readOnly !== (want.readOnly ?? false)) return false;
  const resolved = resolveTargets(want.targets, (name) => s.devOf(name));
  return sameTable(now.targets, resolved);
}
