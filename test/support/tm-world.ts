import { findDevices } from '#discover/find.js';
import { packLabel } from '#discover/label.js';
import { readLabel } from '#discover/label-copies.js';
import { renameLabels } from '#discover/update.js';
import type { World } from '#discover/world.js';
import type { Devices } from '#documents/devices.js';
import { labelPlaces } from '#documents/layout.js';
import type { Region } from '#documents/regions.js';
import { inProcessPrograms } from '#pipeline/runner.js';
import { programsOf } from '#tm/config.js';
import type { Context } from '#tm/context.js';
import { handOver, relabel } from '#tm/relabel.js';
import { openStore } from '#tm/replicator-store.js';
import { Disks } from './disk.js';
import { Random } from './random.js';
import { simDiscover } from './sim-discover.js';
import { SimMachine } from './sim-machine.js';

/** Sectors. */
const deviceSectors = 2 ** 21;
const regionStart = 2048;

export interface WorldOptions {
  seed?: number;
  /** Sectors of each region. */
  region?: number;
  /** Devices that carry a region; by default all. */
  carriers?: number[];
  /** Name or id of the group. */
  group?: string;
  /** Devices without a label. */
  blank?: number[];
}

export const groupId = 'gggggggggggggggggggg';
export const pathOf = (i: number): string => `/sim/${i}`;
export const pvOf = (i: number): string => 'abcdef'.charAt(i).repeat(20);
const numberOf = (path: string): string => `8:${Number(path.slice('/sim/'.length)) * 16}`;

/**
 * A machine for tm: simulated disks, a simulated kernel, the real discover, filters, planner and replicator. Its devices
 * are labelled for the group "vg", as discover add does it.
 */
export class TmWorld {
  readonly machine: SimMachine;
  random: Random;
  /** Numbers of the devices that are there. */
  present: readonly number[];
  /** What tm had zeroed. */
  readonly zeroed: Region[] = [];
  /** Name or id of the group. */
  group: string;
  #made = 0;

  constructor(devices: number | SimMachine, options: WorldOptions = {}) {
    this.random = new Random(options.seed ?? 1);
    this.group = options.group ?? groupId;
    this.machine = typeof devices === 'number' ? labelled(devices, options) : devices;
    this.present = this.disks.paths.map((_, i) => i);
  }

  get disks(): Disks {
    return this.machine.disks;
  }

  get kernel() {
    return this.machine.kernel;
  }

  /** Another world on a machine that this one's became. */
  with(machine: SimMachine, seed: number): TmWorld {
    const world = new TmWorld(machine, { seed });
    world.present = this.present;
    world.group = this.group;
    return world;
  }

  /** Names the group by the id that a label has; without any label a group "vg" is to be. */
  async followGroup(): Promise<void> {
    this.group = 'vg';
    for (const path of this.disks.paths) {
      const found = await readLabel(await this.disks.open(path));
      if (found.state === 'labelled') this.group = found.label.group.id;
    }
  }

  /** What discover sees. */
  discover(present: readonly number[] = this.present): World {
    return simDiscover(this.disks, present.map(pathOf), numberOf, () => this.newId());
  }

  newId(): string {
    return Array.from({ length: 20 }, () => this.random.pick([...'abcdefghijklmnopqrstuvwxyz234567'])).join('');
  }

  devices(present: readonly number[] = this.present): Promise<Devices> {
    return findDevices(this.group, {}, this.discover(present));
  }

  /** The context of one run of tm on these devices. */
  async context(present: readonly number[] = this.present): Promise<Context> {
    return this.contextOf(await this.devices(present), present);
  }

  async contextOf(devices: Devices, present: readonly number[] = this.present): Promise<Context> {
    const { open } = this.disks;
    const labels = this.discover(present);
    const programs = inProcessPrograms({ configPath: undefined, trace: undefined, note: () => {} }, undefined);
    const context: Context = {
      devices,
      programs,
      names: programsOf({}),
      store: await openStore(devices.devices, open, true),
      activation: this.machine.activation(programs),
      newTxn: () => this.random.hex(16),
      now: () => new Date(1_700_000_000_000 + this.#made++ * 1000).toISOString(),
      host: 'test',
      renameLabels: async (group) => (await renameLabels(labels, group, pathsOf(context.devices))).length > 0,
      relabel: (regions) => relabel(context, labels, regions),
      handOver: (pvs, to) => handOver(context, labels, pvs, to),
      findGroup: (name) => findDevices(name, {}, this.discover(present)),
      openGroup: async (other) => {
        const opened = await this.contextOf(other, present);
        return { context: opened, close: () => opened.store.close() };
      },
      newId: () => this.newId(),
      openStore: (found) => openStore(found, open, true),
      refuseTakenName: async () => {},
      zero: async (ranges) => {
        this.zeroed.push(...ranges);
        for (const { path, start, length } of ranges) this.kernel.wiped(path, start, length);
      },
      note: () => {},
    };
    return context;
  }
}

function pathsOf({ devices }: Devices): string[] {
  return Object.values(devices).map((d) => d.path);
}

function labelled(count: number, { region = 1024, carriers, blank = [] }: WorldOptions): SimMachine {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const disks = new Disks(numbers.map(pathOf), deviceSectors * 512);
  for (const i of numbers.filter((n) => !blank.includes(n))) {
    const regions = carriers?.includes(i) === false ? [] : [{ start: regionStart, length: region }];
    const label = { sequence: 1, size: deviceSectors, group: { id: groupId, name: 'vg' }, pv: pvOf(i), regions };
    for (const here of labelPlaces(deviceSectors)) disks.image(pathOf(i)).write(here * 512, packLabel(label, here));
  }
  const backing = Object.fromEntries(numbers.map((i) => [pathOf(i), { dev: numberOf(pathOf(i)), size: deviceSectors }]));
  return new SimMachine(disks, { kind: 'sim-kernel', version: 1, backing, devices: {} });
}
