import type { Storage } from '#blockdev/storage.js';
import { labelPlaces } from '#documents/layout.js';
import { DvmError } from '#tool/errors.js';
import { SECTOR, type Sectors } from '#tool/units.js';
import { type Copy, LABEL_BYTES, type Label, packLabel, parseCopy, unmarked } from './label.js';

/** What a device's two copies say together. */
export type Labelling =
  | { state: 'none' }
  /** `stale`: the copies differ, or one is gone; the next writing mends it. */
  | { state: 'labelled'; label: Label; stale: string[] }
  /** Something of ours that cannot be used: damaged, of a later dvm, or of two identities. */
  | { state: 'unusable'; code: 'label-damaged' | 'label-newer' | 'label-conflict'; why: string };

type Read = Copy | { state: 'unreadable'; error: DvmError };

/** True for a device that is large enough for a label. */
export function canCarryLabel(size: Sectors): boolean {
  try {
    labelPlaces(size);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads both copies: two reads of 4 KiB.
 *
 * @throws DvmError `io-error` when neither can be read
 */
export async function readLabel(storage: Storage): Promise<Labelling> {
  const size = storage.size / SECTOR;
  if (!canCarryLabel(size)) return { state: 'none' };
  const [first, second] = labelPlaces(size);
  const [a, b] = await Promise.all([readCopy(storage, first), readCopy(storage, second)]);
  if (a.state === 'unreadable' && b.state === 'unreadable') throw a.error;
  return chooseCopy(a, b, size);
}

async function readCopy(storage: Storage, here: Sectors): Promise<Read> {
  try {
    return parseCopy(await storage.read(here * SECTOR, LABEL_BYTES), here);
  } catch (error) {
    if (error instanceof DvmError) return { state: 'unreadable', error };
    throw error;
  }
}

/**
 * Which copy counts. Pure. A later dvm's label is never guessed at, and of two identities none is chosen: the device
 * may be half overwritten by an image of another.
 */
export function chooseCopy(a: Read, b: Read, size: Sectors): Labelling {
  if (a.state === 'newer' || b.state === 'newer')
    return { state: 'unusable', code: 'label-newer', why: 'written by a later dvm' };
  if (a.state === 'valid' && b.state === 'valid') {
    if (a.label.pv !== b.label.pv)
      return { state: 'unusable', code: 'label-conflict', why: `its two copies are of PVs ${a.label.pv} and ${b.label.pv}` };
    const newer = b.label.sequence > a.label.sequence ? b : a;
    const stale = a.label.sequence === b.label.sequence ? [] : [`the ${newer === a ? 'second' : 'first'} copy is older`];
    return { state: 'labelled', label: newer.label, stale };
  }
  if (a.state === 'valid')
    return { state: 'labelled', label: a.label, stale: [a.label.size === size ? lost('second', b) : resized(a, size)] };
  if (b.state === 'valid') return { state: 'labelled', label: b.label, stale: [lost('first', a)] };
  const damaged = [a, b].find((c) => c.state === 'damaged');
  return damaged ? { state: 'unusable', code: 'label-damaged', why: damaged.why } : { state: 'none' };
}

function lost(which: string, copy: Read): string {
  if (copy.state === 'damaged') return `the ${which} copy is damaged: ${copy.why}`;
  return copy.state === 'unreadable'
    ? `the ${which} copy cannot be read: ${copy.error.message}`
    : `the ${which} copy is not there`;
}

function resized(copy: { label: Label }, size: Sectors): string {
  return `the device has ${size} sectors and was labelled with ${copy.label.size}`;
}

/**
 * Writes both copies, one durably before the other and the one that counts last, so that at every instant one of them is whole:
 * what a crash leaves is the old label or the new one. Where there is none to fall back to, the mark that makes it a label
 * is written last, so that what is torn is no label yet.
 */
export async function writeLabel(storage: Storage, label: Label): Promise<void> {
  const places = labelPlaces(label.size);
  const counts = await placeThatCounts(storage);
  if (counts === undefined) await put(storage, places[0], unmarked(packLabel(label, places[0])));
  for (const here of counts === places[0] ? places.toReversed() : places) await put(storage, here, packLabel(label, here));
}

/** Where the label lies that a device is known by: of two that are alike the second copy. Undefined where there is none. */
async function placeThatCounts(storage: Storage): Promise<Sectors | undefined> {
  if ((await readLabel(storage)).state !== 'labelled') return undefined;
  const [first, second] = labelPlaces(storage.size / SECTOR);
  const [a, b] = await Promise.all([readCopy(storage, first), readCopy(storage, second)]);
  return a.state === 'valid' && (b.state !== 'valid' || a.label.sequence > b.label.sequence) ? first : second;
}

async function put(storage: Storage, here: Sectors, block: Buffer): Promise<void> {
  await storage.write(here * SECTOR, block);
  await storage.flush();
}

/**
 * Erases both copies, the marks first, and the second one of the size that the device had when it was labelled, which would
 * count again if the device went back to that size.
 */
export async function eraseLabel(storage: Storage, label?: Label): Promise<void> {
  const size = storage.size / SECTOR;
  const places = new Set(labelPlaces(size));
  const old = label ? labelPlaces(label.size)[1] : 0;
  if (label && old * SECTOR + LABEL_BYTES <= storage.size && (await holds(storage, old, label))) places.add(old);
  for (const here of places) {
    const block = await storage.read(here * SECTOR, LABEL_BYTES).catch(() => Buffer.alloc(LABEL_BYTES));
    await put(storage, here, unmarked(block));
    await put(storage, here, Buffer.alloc(LABEL_BYTES));
  }
}

async function holds(storage: Storage, here: Sectors, label: Label): Promise<boolean> {
  const copy = await readCopy(storage, here);
  return copy.state === 'valid' && copy.label.pv === label.pv;
}
