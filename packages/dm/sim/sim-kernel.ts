import type { Target } from '../documents.js';
import { checkText, refused } from '../errno.js';
import type { DeviceInfo, DeviceRef, Kernel } from '../kernel.js';
import type { SimDevice, SimTable } from './device.js';
import { SimDevices } from './devices.js';
import { SimPools } from './pools.js';
import type { SimFault, SimState } from './state.js';
import { loadRow, rowStatus, tellRow } from './targets.js';

export interface SimOptions {
  /** Added to those of the state. */
  faults?: readonly SimFault[];
  /** Called by `settle` and `close` when anything changed. */
  save?: (state: SimState) => void;
}

/**
 * A device-mapper whose state is a JSON document: the answers and errnos of Linux 6.1 for linear, striped, error,
 * zero, thin, clone and others. One set of cases (test/support/dm-cases.ts) is run on it and on a real kernel.
 *
 * @example
 * const kernel = new SimKernel({ kind: 'sim-kernel', version: 1, backing: { '/dev/loop0': { dev: '7:0', size: 8192 } }, devices: {} });
 */
export class SimKernel implements Kernel {
  readonly #devices: SimDevices;
  readonly #pools: SimPools;
  readonly #backing: SimState['backing'];
  readonly #faults: readonly SimFault[];
  readonly #given: SimState;
  readonly #save: ((state: SimState) => void) | undefined;
  #calls: number;
  #savedCalls: number;

  constructor(state: SimState, options: SimOptions = {}) {
    this.#given = state;
    this.#backing = state.backing;
    this.#calls = this.#savedCalls = state.calls ?? 0;
    this.#faults = [...(state.faults ?? []), ...(options.faults ?? [])];
    this.#save = options.save;
    this.#devices = new SimDevices(state.backing);
    this.#devices.restore(state.devices);
    this.#pools = new SimPools(state.pools, this.#devices);
  }

  /** How many calls changed or tried to change something, over all runs on this state. */
  get calls(): number {
    return this.#calls;
  }

  list(): { name: string; dev: string }[] {
    return this.#devices.all().map(({ name, dev }) => ({ name, dev }));
  }

  create(name: string, uuid: string | undefined, minor?: number): DeviceInfo {
    checkText(name, 'name');
    checkText(uuid ?? '', 'uuid');
    this.#change();
    if (name === '' || name.includes('/')) throw refused('EINVAL', `"${name}" is no device name`);
    return this.#infoOf(this.#devices.add(name, uuid ?? '', minor));
  }

  remove(ref: DeviceRef): void {
    const device = this.#changeOf(ref);
    if (this.#devices.openCount(device) > 0) throw refused('EBUSY', `device "${device.name}" is open`);
    this.#devices.remove(device);
  }

  removeAll(): void {
    this.#change();
    for (let unused: SimDevice[] | undefined; unused === undefined || unused.length > 0; ) {
      unused = this.#devices.all().filter((d) => this.#devices.openCount(d) === 0);
      for (const device of unused) this.#devices.remove(device);
    }
  }

  suspend(ref: DeviceRef): void {
    this.#changeOf(ref).suspended = true;
  }

  resume(ref: DeviceRef): void {
    const device = this.#changeOf(ref);
    if (device.inactive) this.#swap(device, device.inactive);
    if (!device.suspended) return;
    if (!device.live) throw refused('EINVAL', `device "${device.name}" has no table`);
    device.suspended = false;
  }

  load(ref: DeviceRef, targets: readonly Target[], flags: { readOnly?: boolean }): void {
    const device = this.#changeOf(ref);
    if (targets.length === 0) throw refused('EINVAL', 'a table needs a target');
    const rows = targets.map((target) => loadRow(target, (word) => this.#devices.lookup(word)));
    const table = { rows, readOnly: flags.readOnly ?? false };
    this.#pools.loaded(rows);
    if (!device.typed) this.#devices.checkRanges(table);
    this.#devices.retable(device, device.live, table);
    device.typed = true;
  }

  clear(ref: DeviceRef): void {
    const device = this.#changeOf(ref);
    this.#devices.retable(device, device.live, undefined);
  }

  rename(name: string, to: string): void {
    checkText(to, 'name');
    this.#change();
    if (to === '' || to.includes('/')) throw refused('EINVAL', `"${to}" is no device name`);
    if (this.#devices.has(to)) throw refused('EBUSY', `name "${to}" is taken`);
    const device = this.#devices.find(name);
    this.#devices.rename(device, to);
    if (device.live) device.eventNr++;
  }

  message(ref: DeviceRef, sector: number, text: string): string {
    const device = this.#changeOf(ref);
    if (text.trim() === '' || text.startsWith('@')) throw refused('EINVAL', `message "${text}" is not known`);
    if (!device.live) return '';
    const [row] = device.live.rows;
    if (row?.type === 'thin-pool' && sector < row.size) {
      this.#pools.message(row, text);
      return '';
    }
    if (row && sector < row.size && tellRow(row, text)) {
      device.told.push(text);
      return '';
    }
    throw refused('EINVAL', `no target of "${device.name}" takes messages`);
  }

  info(ref: DeviceRef): DeviceInfo {
    return this.#infoOf(this.#devices.find(ref));
  }

  table(ref: DeviceRef, flags: { inactive?: boolean }): Target[] {
    const device = this.#devices.find(ref);
    const rows = (flags.inactive ? device.inactive : device.live)?.rows ?? [];
    return rows.map(({ type, size, args }) => ({ type, size, args }));
  }

  status(ref: DeviceRef): Target[] {
    const { live, told } = this.#devices.find(ref);
    return (live?.rows ?? []).map((row) => ({
      type: row.type,
      size: row.size,
      args: row.type === 'thin-pool' ? this.#pools.status(row) : rowStatus(row, told),
    }));
  }

  deps(ref: DeviceRef): string[] {
    const rows = this.#devices.find(ref).live?.rows ?? [];
    return [...new Set(rows.flatMap((row) => row.uses.map((use) => use.dev)))];
  }

  waitEvent(ref: DeviceRef, eventNr: number): number {
    const device = this.#devices.find(ref);
    if (device.eventNr !== eventNr) return device.eventNr;
    throw refused('ETIMEDOUT', `no event of "${device.name}" came`);
  }

  settle(): void {
    if (this.#calls === this.#savedCalls) return;
    this.#save?.(this.state());
    this.#savedCalls = this.#calls;
  }

  close(): void {
    this.settle();
  }

  /** The state as a document. */
  state(): SimState {
    const devices = Object.fromEntries(this.#devices.all().map((d) => [d.name, saved(d)]));
    const { faults } = this.#given;
    const pools = this.#pools.state();
    const more = { ...(pools ? { pools } : {}), ...(faults ? { faults } : {}) };
    return { kind: 'sim-kernel', version: 1, backing: this.#backing, devices, calls: this.#calls, ...more };
  }

  /** Counts a call and fails it when it is its turn. */
  #change(): void {
    this.#calls++;
    const fault = this.#faults.find((f) => f.call === this.#calls);
    if (fault) throw refused(fault.errno, `call ${this.#calls} is to fail`);
  }

  #changeOf(ref: DeviceRef): SimDevice {
    this.#change();
    return this.#devices.find(ref);
  }

  /** A table that does not fit is dropped, and the device stays suspended on its old one. */
  #swap(device: SimDevice, table: SimTable): void {
    device.suspended = true;
    this.#devices.retable(device, device.live, undefined);
    this.#devices.checkRanges(table);
    this.#devices.retable(device, table, undefined);
    device.told = [];
    this.#pools.live(table);
  }

  /** What somebody has written over a disk, as far as it matters here. */
  wiped(path: string, start: number, length: number): void {
    this.#pools.wiped(path, start, length);
  }

  #infoOf(device: SimDevice): DeviceInfo {
    const { name, uuid, dev, eventNr, suspended, live, inactive } = device;
    const openCount = this.#devices.openCount(device);
    const readOnly = live?.readOnly ?? false;
    return { name, uuid, dev, openCount, eventNr, suspended, readOnly, liveTable: !!live, inactiveTable: !!inactive };
  }
}

function saved(d: SimDevice): SimState['devices'][string] {
  return {
    minor: d.minor,
    ...(d.uuid === '' ? {} : { uuid: d.uuid }),
    ...(d.opened === 0 ? {} : { opened: d.opened }),
    ...(d.eventNr === 0 ? {} : { eventNr: d.eventNr }),
    ...(d.suspended ? { suspended: true as const } : {}),
    ...(d.typed && !d.live && !d.inactive ? { typed: true as const } : {}),
    ...(d.told.length === 0 ? {} : { told: d.told }),
    ...(d.live ? { live: savedTable(d.live) } : {}),
    ...(d.inactive ? { inactive: savedTable(d.inactive) } : {}),
  };
}

function savedTable(table: SimTable): NonNullable<SimState['devices'][string]['live']> {
  const targets = table.rows.map(({ type, size, args }) => ({ type, size, args }));
  return { targets, ...(table.readOnly ? { readOnly: true as const } : {}) };
}
