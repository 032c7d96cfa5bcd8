import { refused } from '../errno.js';
import type { SimDevice, SimTable } from './device.js';
import type { SimDevices } from './devices.js';
import type { SimState } from './state.js';
import type { SimRow } from './targets.js';

type SimPool = NonNullable<SimState['pools']>[string];

const mostDeviceId = 2 ** 24 - 1;
const metadataBlock = 8;

/**
 * Thin pools of a simulated kernel. What a pool knows lies in its metadata, so it is kept by the place on disk where
 * that begins (`8:0 2048`) and outlives its devices. The real one writes it before it answers.
 */
export class SimPools {
  readonly #stored: Map<string, SimPool>;
  readonly #devices: SimDevices;

  constructor(pools: SimState['pools'], devices: SimDevices) {
    this.#stored = new Map(Object.entries(structuredClone(pools ?? {})));
    this.#devices = devices;
  }

  /** Rows that are loaded: blank metadata is made a pool's, a thin volume must be one of its pool. */
  loaded(rows: readonly SimRow[]): void {
    for (const row of rows) {
      if (row.type === 'thin-pool') this.#format(row);
      if (row.type === 'thin') this.#open(row);
    }
  }

  /** A pool that becomes live looks how large its metadata is. */
  live({ rows }: SimTable): void {
    for (const row of rows)
      if (row.type === 'thin-pool') this.#poolOf(row).metadata = Math.floor(this.#metadataSize(row) / metadataBlock);
  }

  /** What was written over is no pool any more. */
  wiped(path: string, start: number, length: number): void {
    const dev = this.#devices.lookup(path);
    for (const place of this.#stored.keys()) {
      const [on, sector] = place.split(' ');
      if (on === dev && Number(sector) >= start && Number(sector) < start + length) this.#stored.delete(place);
    }
  }

  message(row: SimRow, text: string): void {
    const [word, ...words] = text.trim().split(/\s+/);
    const numbers = words.map((w) => (/^\d{1,15}$/.test(w) ? Number(w) : Number.NaN));
    const message = word !== undefined && Object.hasOwn(messages, word) ? messages[word] : undefined;
    if (message?.words !== words.length || numbers.some((n) => !(n <= message.most)))
      throw refused('EINVAL', `message "${text}" is not possible`);
    message.tell(this.#poolOf(row), (id) => this.#isOpen(row, id), numbers[0] ?? 0, numbers[1] ?? 0);
  }

  status(row: SimRow): string {
    const [, , chunk = '1', low = '0'] = row.args.split(' ');
    const { transaction, metadata, devices } = this.#poolOf(row);
    const used = 10 + Object.keys(devices).length;
    const modes = [
      'rw',
      discardWord(row.args),
      row.args.includes('error_if_no_space') ? 'error_if_no_space' : 'queue_if_no_space',
    ];
    return `${transaction} ${used}/${metadata} 0/${Math.floor(row.size / Number(chunk))} - ${modes.join(' ')} - ${low === '0' ? metadata / 4 : low}`;
  }

  state(): SimState['pools'] {
    return this.#stored.size === 0 ? undefined : structuredClone(Object.fromEntries([...this.#stored].sort()));
  }

  #format(row: SimRow): void {
    const place = this.#place(row);
    if (this.#stored.has(place)) return;
    this.#stored.set(place, { transaction: 0, metadata: Math.floor(this.#metadataSize(row) / metadataBlock), devices: {} });
  }

  #open(row: SimRow): void {
    const [use] = row.uses;
    const pool = use && this.#poolRow(use.dev);
    if (!pool) throw refused('EINVAL', `device ${use?.dev} is not a pool`);
    known(this.#poolOf(pool), Number(row.args.split(' ')[1]));
  }

  /** Whether a thin volume with that number is loaded or live anywhere. */
  #isOpen(pool: SimRow, id: number): boolean {
    const opens = (row: SimRow): boolean => {
      const under = row.type === 'thin' ? this.#poolRow(row.uses[0]?.dev ?? '') : undefined;
      return under !== undefined && Number(row.args.split(' ')[1]) === id && this.#place(under) === this.#place(pool);
    };
    const rows = (d: SimDevice): SimRow[] => [d.live, d.inactive].flatMap((t) => t?.rows ?? []);
    return this.#devices.all().some((d) => rows(d).some(opens));
  }

  #poolRow(dev: string): SimRow | undefined {
    const device = this.#devices.mapped(dev);
    return [device?.live, device?.inactive].flatMap((t) => t?.rows ?? []).find((row) => row.type === 'thin-pool');
  }

  #poolOf(row: SimRow): SimPool {
    const pool = this.#stored.get(this.#place(row));
    if (!pool) throw refused('EIO', 'the metadata of the pool is gone');
    return pool;
  }

  #place(row: SimRow): string {
    return this.#devices.placeOf(row.uses[0]?.dev ?? '');
  }

  #metadataSize(row: SimRow): number {
    return this.#devices.size(row.uses[0]?.dev ?? '');
  }
}

/** How many numbers a message takes, how large they may be, and what it does. */
interface Message {
  words: number;
  most: number;
  tell(pool: SimPool, isOpen: (id: number) => boolean, a: number, b: number): void;
}

const messages: Readonly<Record<string, Message>> = {
  create_thin: { words: 1, most: mostDeviceId, tell: (pool, _, id) => add(pool, id, {}) },
  create_snap: {
    words: 2,
    most: mostDeviceId,
    tell: (pool, _, id, origin) => {
      if (!Object.hasOwn(pool.devices, id)) known(pool, origin);
      add(pool, id, { origin });
    },
  },
  delete: {
    words: 1,
    most: mostDeviceId,
    tell: (pool, isOpen, id) => {
      known(pool, id);
      if (isOpen(id)) throw refused('EBUSY', `device ${id} of the pool is open`);
      delete pool.devices[id];
    },
  },
  set_transaction_id: {
    words: 2,
    most: Number.MAX_SAFE_INTEGER,
    tell: (pool, _, from, to) => {
      if (pool.transaction !== from) throw refused('EINVAL', `the pool is at transaction ${pool.transaction}`);
      pool.transaction = to;
    },
  },
};

function known({ devices }: SimPool, id: number): void {
  if (!Object.hasOwn(devices, id)) throw refused('ENODATA', `the pool has no device ${id}`);
}

function add({ devices }: SimPool, id: number, device: { origin?: number }): void {
  if (Object.hasOwn(devices, id)) throw refused('EEXIST', `the pool has a device ${id}`);
  devices[id] = device;
}

function discardWord(args: string): string {
  return args.includes('ignore_discard') ? 'ignore_discard' : 'no_discard_passdown'; // its disks take none
}
