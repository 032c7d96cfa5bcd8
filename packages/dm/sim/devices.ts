import { refused } from '../errno.js';
import type { DeviceRef } from '../kernel.js';
import { liveSize, opens, type SimDevice, type SimTable } from './device.js';
import type { SimBacking, SimState } from './state.js';
import { loadRow } from './targets.js';

const major = 254;

/** All block devices of a simulated kernel, found by name, uuid and number, with the opens that tables make. */
export class SimDevices {
  readonly #byName = new Map<string, SimDevice>();
  readonly #byUuid = new Map<string, SimDevice>();
  readonly #byDev = new Map<string, SimDevice>();
  readonly #backing: ReadonlyMap<string, SimBacking>;
  readonly #backingByDev: ReadonlyMap<string, SimBacking>;
  /** How many opens the tables of other devices make, by `major:minor`. */
  readonly #held = new Map<string, number>();
  #freeMinor = 0;

  constructor(backing: SimState['backing']) {
    this.#backing = new Map(Object.entries(backing));
    this.#backingByDev = new Map(Object.values(backing).map((b) => [b.dev, b]));
  }

  all(): SimDevice[] {
    return [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** By uuid alone when there is one, else by name. */
  find(ref: DeviceRef): SimDevice {
    const { name, uuid } = typeof ref === 'string' ? { name: ref, uuid: undefined } : ref;
    const device = uuid ? this.#byUuid.get(uuid) : this.#byName.get(name);
    if (!device) throw refused('ENXIO', `there is no device "${name}"${uuid ? ` of uuid "${uuid}"` : ''}`);
    return device;
  }

  add(name: string, uuid: string, minor = this.#lowestMinor()): SimDevice {
    if (this.has(name) || (uuid !== '' && this.#byUuid.has(uuid))) throw refused('EBUSY', `name or uuid of "${name}" is taken`);
    const dev = `${major}:${minor}`;
    if (this.#byDev.has(dev)) throw refused('ENXIO', `minor number ${minor} cannot be had`);
    const device = {
      ...{ name, uuid, minor, dev, opened: 0, eventNr: 0, suspended: false, typed: false },
      ...{ told: [], live: undefined, inactive: undefined },
    };
    this.#byName.set(name, device);
    this.#byDev.set(dev, device);
    if (uuid !== '') this.#byUuid.set(uuid, device);
    return device;
  }

  remove(device: SimDevice): void {
    this.retable(device, undefined, undefined);
    this.#byName.delete(device.name);
    this.#byUuid.delete(device.uuid);
    this.#byDev.delete(device.dev);
    this.#freeMinor = Math.min(this.#freeMinor, device.minor);
  }

  rename(device: SimDevice, to: string): void {
    this.#byName.delete(device.name);
    device.name = to;
    this.#byName.set(to, device);
  }

  /** Puts both tables in place and counts what they open. */
  retable(device: SimDevice, live: SimTable | undefined, inactive: SimTable | undefined): void {
    for (const open of opens(device)) this.#count(open, -1);
    device.live = live;
    device.inactive = inactive;
    for (const open of opens(device)) this.#count(open, 1);
  }

  openCount(device: SimDevice): number {
    return device.opened + (this.#held.get(device.dev) ?? 0);
  }

  /** The device that a word of a table names, opened for a table. */
  lookup(word: string): string {
    const dev = /^\d+:\d+$/.test(word) ? word : this.#path(word);
    const backing = this.#backingByDev.get(dev);
    if (backing?.held) throw refused('EBUSY', `device "${word}" is held by somebody else`);
    if (backing) return dev;
    const mapped = this.#byDev.get(dev);
    if (!mapped?.typed) throw refused('ENXIO', `device "${word}" does not exist`);
    return dev;
  }

  /** The mapped device of that number. */
  mapped(dev: string): SimDevice | undefined {
    return this.#byDev.get(dev);
  }

  /** Where the first sector of a device lies in the end: `8:0 2048`. */
  placeOf(dev: string, sector = 0): string {
    const under = this.#byDev.get(dev)?.live?.rows[0]?.uses[0];
    return under ? this.placeOf(under.dev, under.start + sector) : `${dev} ${sector}`;
  }

  /** In sectors, as far as tables above are held to it. */
  size(dev: string): number {
    const mapped = this.#byDev.get(dev);
    return mapped ? liveSize(mapped) : (this.#backingByDev.get(dev)?.size ?? 0);
  }

  /** The kernel's check of every range; devices without a size yet pass. */
  checkRanges(table: SimTable): void {
    for (const { dev, start, length } of table.rows.flatMap((row) => row.uses)) {
      const size = this.size(dev);
      if (size === 0) continue;
      if (start >= size || start + length > size)
        throw refused('EINVAL', `device ${dev} is too small: ${start} + ${length} sectors of ${size}`);
      const block = this.#blockSize(dev) / 512;
      if (start % block !== 0 || length % block !== 0)
        throw refused('EINVAL', `range ${start} + ${length} is not aligned to the blocks of ${dev}`);
    }
  }

  /** Puts devices as they were saved, tables included; refuses a state that no kernel could be in. */
  restore(devices: SimState['devices']): void {
    for (const [name, d] of Object.entries(devices)) {
      const device = this.add(name, d.uuid ?? '', d.minor);
      device.opened = d.opened ?? 0;
      device.eventNr = d.eventNr ?? 0;
      device.suspended = d.suspended ?? false;
      device.told = [...(d.told ?? [])];
      device.typed = (d.typed ?? false) || d.live !== undefined || d.inactive !== undefined;
    }
    for (const [name, d] of Object.entries(devices)) {
      const table = (t: typeof d.live): SimTable | undefined =>
        t && { rows: t.targets.map((row) => loadRow(row, (w) => this.lookup(w))), readOnly: t.readOnly ?? false };
      this.retable(this.find(name), table(d.live), table(d.inactive));
    }
  }

  #count(open: string, by: 1 | -1): void {
    const dev = open.slice(0, open.indexOf(' '));
    this.#held.set(dev, (this.#held.get(dev) ?? 0) + by);
  }

  #path(path: string): string {
    const mapped = path.startsWith('/dev/mapper/') ? this.#byName.get(path.slice('/dev/mapper/'.length)) : undefined;
    const dev = mapped?.dev ?? this.#backing.get(path)?.dev ?? path.replace(/^\/dev\/dm-(\d+)$/, `${major}:$1`);
    if (dev === path) throw refused('ENODEV', `device "${path}" does not exist`);
    return dev;
  }

  #blockSize(dev: string): number {
    const under = this.#byDev.get(dev)?.live?.rows.flatMap((row) => row.uses) ?? [];
    return Math.max(this.#backingByDev.get(dev)?.blockSize ?? 512, ...under.map((use) => this.#blockSize(use.dev)));
  }

  #lowestMinor(): number {
    while (this.#byDev.has(`${major}:${this.#freeMinor}`)) this.#freeMinor++;
    return this.#freeMinor;
  }
}
