import type { Devices } from '#documents/devices.js';
import type { Envelope, Group } from '#documents/group.js';
import type { DeviceRange } from '#documents/layout.js';
import { parseRecord } from '#documents/record.js';
import { type Region, regionName } from '#documents/regions.js';
import { DvmError, fail } from '#tool/errors.js';
import type { Programs } from '#tool/programs.js';
import type { Activation } from './activation.js';
import type { TmPrograms } from './config.js';
import { divergedError } from './diverged.js';
import { tmCommand } from './hints.js';
import { type Copy, inGroup, type Judgement, notCounted } from './judge.js';
import { judgeCopies } from './judged.js';
import type { Store } from './store.js';

/** What a run of tm works with; made at its edge, replaced in tests. */
export interface Context {
  devices: Devices;
  /** Over the regions of `devices`. */
  store: Store;
  programs: Programs;
  names: TmPrograms;
  /** Undefined: device-mapper is left alone. */
  activation: Activation | undefined;
  newTxn(): string;
  /** RFC 3339, UTC. */
  now(): string;
  host: string;
  /** Gives the labels of the group's devices its name; true when one had another. */
  renameLabels(group: { id: string; name: string }): Promise<boolean>;
  /** Makes the labels of PVs name these regions; `devices` and `store` are as they say from then on. */
  relabel(regions: ReadonlyMap<string, readonly DeviceRange[]>): Promise<void>;
  /** Makes the labels of PVs name another group; `devices` and `store` are without them from then on. */
  handOver(pvs: readonly string[], to: Devices['group']): Promise<void>;
  /** Another group's devices, as discover finds them. */
  findGroup(name: string): Promise<Devices>;
  /** Another group, under its lock; the caller closes it. */
  openGroup(devices: Devices): Promise<{ context: Context; close(): Promise<void> }>;
  newId(): string;
  /** A store over other regions than the context's own; the caller closes it. */
  openStore(devices: Devices['devices']): Promise<Store>;
  /** Writes zeros, durably. */
  zero(ranges: readonly Region[]): Promise<void>;
  /** @throws DvmError `name-taken` (exit 81) when another group on this machine has the name */
  refuseTakenName(name: string): Promise<void>;
  note(line: string): void;
}

/** A group as its copies tell it. */
export interface Loaded {
  group: Group;
  judgement: Judgement;
  copies: Copy[];
  /** PVs of the envelope that no present device carries. */
  missing: string[];
}

/**
 * Reads and judges every copy, and the record of the version that counts.
 *
 * @param ancestors see `Store.copies`
 *
 * @throws DvmError `not-initialised` (exit 80), `diverged` (exit 84)
 */
export async function load(ctx: Context, ancestors?: 'always' | 'inDoubt'): Promise<Loaded> {
  const { copies, judgement } = await judgeCopies(ctx, ancestors);
  if (judgement.diverged.length > 0) throw divergedError(ctx.devices.group.name, judgement.diverged);
  if (!judgement.head) throw noVersion(ctx, copies);
  return loadVersion(ctx, copies, judgement, judgement.atHead);
}

export async function loadVersion(ctx: Context, copies: Copy[], judgement: Judgement, from: Copy[]): Promise<Loaded> {
  const record = parseRecord(await readAny(ctx.store, from), ctx.devices.group.name);
  const { envelope, metadata } = record;
  checkGroup(ctx.devices, envelope);
  const present = Object.entries(ctx.devices.devices).filter(([pv]) => Object.hasOwn(envelope.pvs, pv));
  const group: Group = { kind: 'group', version: 1, envelope, devices: Object.fromEntries(present), metadata };
  const missing = Object.keys(envelope.pvs).filter((pv) => !Object.hasOwn(ctx.devices.devices, pv));
  return { group, judgement: inGroup(judgement, envelope), copies, missing };
}

/** Copies agree by hash, so any will do; one whose pages do not check out gives way to the next. */
export async function readAny(store: Store, copies: Copy[], txn?: string): Promise<Buffer> {
  let last: unknown;
  for (const copy of copies) {
    try {
      return await store.read(copy, txn);
    } catch (e) {
      if (!(e instanceof DvmError)) throw e;
      last = e;
    }
  }
  throw last ?? fail('outOfSync', 'no-copy', 'no region can be read');
}

function checkGroup({ group }: Devices, envelope: Envelope): void {
  if (envelope.group.id === group.id) return;
  if (envelope.leaving?.group.id === group.id)
    throw fail('pending', 'interrupted', `the devices of "${group.name}" are on their way from group "${envelope.group.name}"`, {
      hint: `to finish it: ${tmCommand(group.name, 'recover')}`,
    });
  throw fail('outOfSync', 'wrong-group', `the regions of "${group.name}" hold the record of group ${envelope.group.id}`, {
    hint: 'the devices document is stale or a label is wrong; run discover again',
  });
}

function noVersion(ctx: Context, copies: Copy[]) {
  const name = ctx.devices.group.name;
  if (copies.length > 0 && copies.every((c) => c.state === 'blank' || c.state === 'empty'))
    return fail('notFound', 'not-initialised', `group "${name}" has labels but no metadata yet`, {
      hint: `${tmCommand(name, 'init')} -- vg_create`,
    });
  const details = copies.map((c) => ({ region: regionName(c.region), state: c.state, error: c.error ?? null }));
  return fail('outOfSync', 'no-version', `group "${name}" has no readable copy of its metadata`, { details });
}

/** Every region of the group's present members. */
export function memberRegions(devices: Devices['devices'], members: Envelope['pvs']): Region[] {
  return Object.entries(devices).flatMap(([pv, d]) =>
    Object.hasOwn(members, pv) ? d.regions.map((r) => ({ path: d.path, start: r.start, length: r.length })) : [],
  );
}

/** The regions that the next version is written to: those of members that the group does not go on without. */
export function writtenRegions(devices: Devices['devices'], envelope: Envelope): Region[] {
  const gone = notCounted(envelope);
  return memberRegions(devices, Object.fromEntries(Object.entries(envelope.pvs).filter(([pv]) => !gone.includes(pv))));
}
