import { noTxn } from '#documents/ids.js';
import type { Region } from '#documents/regions.js';
import { initRegions } from '#replicator/replicator.js';
import { Disks } from '#test/support/disk.js';
import type { Random } from '#test/support/random.js';

/** Readable transaction ids: 0…01, 0…02. */
export function txn(n: number): string {
  return n === 0 ? noTxn : n.toString(16).padStart(32, '0');
}

export function request(n: number, parent = n - 1, mark = false) {
  return { txn: txn(n), parent: txn(parent), time: 1_700_000_000_000 + n, mark };
}

export interface Bench {
  disks: Disks;
  regions: Region[];
}

/** Disks with one initialised region each. */
export async function bench(count: number, blocks: number, blockSize = 512): Promise<Bench> {
  const made = blankBench(count, blocks, blockSize);
  await initRegions(made.disks.open, made.regions);
  return made;
}

export function blankBench(count: number, blocks: number, blockSize = 512): Bench {
  const paths = Array.from({ length: count }, (_, i) => `/dev/d${i}`);
  const disks = new Disks(paths, (blocks + 16) * 4096, blockSize);
  return { disks, regions: paths.map((path) => ({ path, start: 64, length: blocks * 8 })) };
}

/** A group's metadata as it looks in the regions: an envelope, then one volume a line. */
export class Volumes {
  readonly #random: Random;
  readonly lines: string[];
  #seqno = 0;

  constructor(count: number, random: Random) {
    this.#random = random;
    this.lines = Array.from({ length: count }, () => this.#line()).sort();
  }

  #line(): string {
    const id = Array.from({ length: 20 }, () => 'abcdefghijklmnopqrstuvwxyz234567'[this.#random.below(32)]).join('');
    const extent = this.#random.below(1 << 20);
    return `"${id}":{"created":"2026-01-01T00:00:00Z","name":"volume${this.#random.below(1e6)}","segments":[{"areas":[{"extent":${extent},"pv":"pvpvpvpvpvpvpvpvpvp${extent % 8}"}],"count":64,"start":0,"type":"linear"}],"tags":["owner=customer${extent % 97}"]}`;
  }

  /** One more volume, somewhere among the others. */
  add(): void {
    const line = this.#line();
    const at = this.lines.findIndex((l) => l > line);
    this.lines.splice(at < 0 ? this.lines.length : at, 0, line);
  }

  remove(): void {
    this.lines.splice(this.#random.below(this.lines.length), 1);
  }

  /** The content of the next transaction: the envelope changes every time. */
  content(): Buffer {
    const envelope = `{\n"envelope":{\n"seqno":${this.#seqno++},\n"txn":"${this.#random.hex(16)}"\n},\n"metadata":{\n"lvs":{\n`;
    return Buffer.from(`${envelope}${this.lines.join(',\n')}\n}}}\n`);
  }
}
