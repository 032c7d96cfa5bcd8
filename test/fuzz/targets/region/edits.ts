import type { Random } from '#test/support/random.js';
import { type Field, fieldValue, writeField } from '../../mutate/bytes.js';
import { type Image, onDisk } from './images.js';
import { kindOf, repairBlocks } from './repair.js';
import type { Blocks } from './sparse-disk.js';

/**
 * A block of the image: the n-th of its sort in use, round and round; `raw` is a block number as it is. First among the
 * superblocks, roots and history blocks is the newest.
 */
export interface Place {
  of: 'super' | 'root' | 'table' | 'history' | 'page' | 'raw';
  n: number;
}

/** One change of an image. */
export interface Edit {
  disk: number;
  at: Place;
  /** A number is written into the block: `value`, or the number of a block … */
  field?: Field;
  value?: number;
  refer?: Place;
  /** … into it as it is, or into this one's content in its place. */
  copy?: Place;
}

/** What is made right again after the edits: nothing, checksums, also the hashes of tables and pages, also lengths. */
export const repairs = ['none', 'seal', 'tree', 'whole'] as const;
export type Repair = (typeof repairs)[number];

/** The image with its edits, by disk. */
export function applyEdits(image: Image, edits: readonly Edit[], repair: Repair): Blocks[] {
  return image.disks.map((blocks, i) => {
    const own = edits.filter((e) => Math.abs(e.disk) % image.disks.length === i);
    if (own.length === 0) return blocks;
    const changed = new Map(blocks);
    const find = finder(blocks);
    const touched = new Set(own.map((e) => applyEdit(changed, find, e)));
    repairBlocks(changed, touched, repair);
    return changed;
  });
}

/** Returns the number on the disk of the block that was changed. */
function applyEdit(blocks: Map<number, Buffer>, find: (place: Place) => number, { at, field, value, refer, copy }: Edit): number {
  const content = Buffer.from(blocks.get(find(copy ?? at)) ?? Buffer.alloc(4096));
  if (field) writeField(content, field, refer ? find(refer) - onDisk(0) : (value ?? 0));
  blocks.set(find(at), content);
  return find(at);
}

/** Numbers on the disk of places in the image as it was. */
function finder(blocks: Blocks): (place: Place) => number {
  const numbers = [...blocks.keys()].sort((a, b) => a - b);
  const ofKind = (kind: string) => numbers.filter((n) => kindOf(blocks.get(n) as Buffer) === kind);
  const [tables, history] = [ofKind('dvmtable'), ofKind('dvmhisto')];
  const pages = numbers.filter((n) => n >= onDisk(2) && !tables.includes(n) && !history.includes(n));
  const superblocks = newestFirst(blocks);
  const named = (at: number) => superblocks.map((s) => onDisk(blocks.get(s)?.readUInt32LE(at) ?? 0));
  const sorts = {
    super: superblocks,
    root: named(160),
    table: tables,
    history: unique([...named(56), ...history], history),
    page: pages,
    raw: [],
  };
  return ({ of, n }) => {
    const sort = sorts[of] ?? [];
    return sort.length === 0 ? onDisk(Math.abs(Math.trunc(n))) : (sort[Math.abs(Math.trunc(n)) % sort.length] as number);
  };
}

function newestFirst(blocks: Blocks): number[] {
  const sequence = (slot: number) => blocks.get(onDisk(slot))?.readUInt32LE(32) ?? 0;
  return sequence(1) > sequence(0) ? [onDisk(1), onDisk(0)] : [onDisk(0), onDisk(1)];
}

/** Those of a list that are among the known, each once. */
function unique(list: readonly number[], known: readonly number[]): number[] {
  return [...new Set(list)].filter((n) => known.includes(n));
}

const fields = (width: Field['width'], ...places: number[]): Field[] => places.map((at) => ({ at, width }));
export const superFields = [
  ...fields(2, 164, 260),
  ...fields(4, 24, 28, 48, 52, 56, 60, 64, 68, 160, 256),
  ...fields(8, 32, 40, 80, 112, 120, 128, 176, 192, 208, 216, 224),
];
export const tableFields = [...fields(2, 28, 30), ...fields(4, 24, 96, 100, 136, 140, 176, 180), ...fields(8, 56, 104, 144)];
export const historyFields = [
  ...fields(2, 28, 30, 180, 188),
  ...fields(4, 24, 96, 100, 104, 176, 184, 192, 196, 200),
  ...fields(8, 96, 128, 136, 144),
];

const sorts = ['super', 'super', 'super', 'root', 'table', 'table', 'history', 'history', 'page', 'raw'] as const;

/** A change at a place that means something: a field of a superblock mostly, of a table or of a history block. */
export function randomEdit(random: Random): Edit {
  const disk = random.below(2);
  const at = randomPlace(random);
  if (random.chance(0.15)) return { disk, at, copy: randomPlace(random) };
  const field = random.chance(0.1) ? { at: random.below(4096), width: 1 as const } : random.pick(fieldsOf(at));
  if (random.chance(0.25)) return { disk, at, field, refer: randomPlace(random) };
  return { disk, at, field, value: random.chance(0.5) ? random.below(12) : fieldValue(random) };
}

function randomPlace(random: Random): Place {
  return { of: random.pick(sorts), n: random.below(48) };
}

function fieldsOf({ of }: Place): Field[] {
  if (of === 'super') return superFields;
  return of === 'history' ? historyFields : tableFields;
}
