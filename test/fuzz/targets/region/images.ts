import { renderRecord } from '#documents/record.js';
import type { Region } from '#documents/regions.js';
import { commit, initRegions, prepare } from '#replicator/replicator.js';
import { group } from '#test/fixtures/group.js';
import { Random } from '#test/support/random.js';
import { request, Volumes } from '#test/unit/replicator/support.js';
import { type Blocks, opener, SparseDisk } from './sparse-disk.js';

/** Sectors: a region begins after the first MiB of its disk. */
const START = 2048;

/** Sound regions to start from: one, or two copies that agree. */
export interface Image {
  /** Blocks of each region. */
  blocks: number;
  disks: Blocks[];
}

export const imageNames = ['blank', 'small', 'history', 'prepared', 'deep', 'pair'] as const;
export type ImageName = (typeof imageNames)[number];

const recipes: Readonly<
  Record<ImageName, { disks: number; blocks: number; volumes: number; versions: number; prepared?: true }>
> = {
  blank: { disks: 1, blocks: 32, volumes: 0, versions: 0 },
  small: { disks: 1, blocks: 32, volumes: 3, versions: 1 },
  history: { disks: 1, blocks: 96, volumes: 40, versions: 8 },
  prepared: { disks: 1, blocks: 64, volumes: 20, versions: 3, prepared: true },
  /** Two levels of tables, in a region that is mostly a hole. */
  deep: { disks: 1, blocks: 8192, volumes: 1500, versions: 2 },
  pair: { disks: 2, blocks: 48, volumes: 10, versions: 3 },
};
const made = new Map<ImageName, Image>();

/** Made by the product once a process. */
export async function imageOf(name: ImageName): Promise<Image> {
  const known = made.get(name);
  if (known) return known;
  const image = await make(name);
  made.set(name, image);
  return image;
}

async function make(name: ImageName): Promise<Image> {
  const { disks: count, blocks, volumes, versions, prepared } = recipes[name];
  const disks = disksOf({ blocks, disks: Array.from({ length: count }, () => new Map()) });
  const [open, regions] = [opener(disks), regionsOf({ blocks, disks })];
  if (versions > 0) await initRegions(open, regions);
  const source = new Volumes(volumes, new Random(volumes + 1));
  for (let n = 1; n <= versions; n++) {
    await prepare(open, regions, contentOf(source, n), request(n));
    if (n < versions || !prepared) await commit(open, regions, request(n).txn);
    source.add();
  }
  return { blocks, disks: disks.map((d) => d.blocks()) };
}

/** A record whose metadata grows with the volumes. */
function contentOf(source: Volumes, n: number): Buffer {
  const lvs = JSON.parse(`{${source.lines.join(',')}}`) as object;
  return renderRecord(
    { ...group.envelope, seqno: n, txn: request(n).txn, parent: request(n).parent },
    { ...group.metadata, lvs },
  );
}

export function disksOf({ blocks, disks }: Image): SparseDisk[] {
  const size = (blocks + START / 8 + 256) * 4096;
  const mostRead = 40 * blocks * 4096 + 8 * 2 ** 20;
  return disks.map((image, i) => new SparseDisk(`/dev/fuzz${i}`, size, image, mostRead));
}

export function regionsOf({ blocks, disks }: { blocks: number; disks: readonly unknown[] }): Region[] {
  return disks.map((_, i) => ({ path: `/dev/fuzz${i}`, start: START, length: blocks * 8 }));
}

/** The number on the disk of a region's block. */
export function onDisk(block: number): number {
  return START / 8 + block;
}
