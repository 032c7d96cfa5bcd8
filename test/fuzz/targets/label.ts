import { createHash } from 'node:crypto';
import { type Label, packLabel, parseCopy } from '#discover/label.js';
import { eraseLabel, readLabel, writeLabel } from '#discover/label-copies.js';
import { labelPlaces } from '#documents/layout.js';
import { ids } from '#test/fixtures/group.js';
import { readLabelling } from '#test/support/second/label.js';
import { sameJson } from '#tool/json.js';
import { attempt, must } from '../engine/oracle.js';
import { target, type Verdict } from '../engine/target.js';
import { type Field, mutateBytes } from '../mutate/bytes.js';
import type { Parts } from '../mutate/document.js';
import { SparseDisk } from './region/sparse-disk.js';

const SIZE = 8192;
const places = labelPlaces(SIZE);
const sector = 512;

/** Where numbers stand in a label (docs/formats/label.md). */
const fields: Field[] = [
  ...[16, 20].map((at): Field => ({ at, width: 4 })),
  ...[40, 48, 56, 240, 248, 256, 264, 480, 488].map((at): Field => ({ at, width: 8 })),
  ...[104, 106].map((at): Field => ({ at, width: 2 })),
];

/** Two copies as hexadecimal digits; the checksum is made right where `sealed` says so. */
export const label = target<Parts>({
  name: 'label',
  what: 'the two copies of a device label, checksums made right',
  quick: 800,
  seeds: () => [pair(sample(1), sample(1)), pair(sample(2), sample(1)), pair({ ...sample(1), regions: many() }, sample(3))],
  mutate: (input, random, other) => {
    const copies = input;
    const which = random.pick(['first', 'second']);
    if (random.chance(0.1)) return { ...copies, sealed: !copies.sealed };
    const changed = mutateBytes(bytesOf(copies[which]), random, bytesOf(other[which]), fields);
    return { ...copies, [which]: changed.toString('hex') };
  },
  run: async (input) => {
    const { first, second, sealed } = input;
    const blocks = [first, second].map((hex) => blockOf(bytesOf(hex), sealed === true));
    const verdicts = blocks.map((block, i) => checkCopy(block, places[i] as number));
    const content = new Map(blocks.map((block, i) => [(places[i] as number) / 8, block]));
    await agree(new SparseDisk('/dev/fuzz', SIZE * sector, content, 2 ** 20));
    await useDisk(new SparseDisk('/dev/fuzz', SIZE * sector, content, 2 ** 20));
    return verdicts.includes('accepted') ? 'accepted' : 'refused';
  },
});

function sample(sequence: number): Label {
  return { sequence, size: SIZE, group: { id: ids.vg, name: 'vg-ö' }, pv: ids.pv1, regions: [{ start: 2048, length: 1024 }] };
}

/** As many regions as fit. */
function many(): Label['regions'] {
  return Array.from({ length: 16 }, (_, i) => ({ start: 2048 + 64 * i, length: 64 }));
}

function pair(a: Label, b: Label) {
  const [first, second] = [packLabel(a, places[0]), packLabel(b, places[1])].map((block) => block.toString('hex', 0, sector));
  return { first: first ?? '', second: second ?? '', sealed: true };
}

function bytesOf(hex: unknown): Buffer {
  return Buffer.from(String(hex), 'hex');
}

function blockOf(bytes: Buffer, sealed: boolean): Buffer {
  const block = Buffer.alloc(4096);
  bytes.copy(block, 0, 0, sector);
  if (!sealed) return block;
  block.fill(0, 24, 40);
  createHash('sha256').update(block.subarray(0, sector)).digest().copy(block, 24, 0, 16);
  return block;
}

/** What is taken for a label is written as it was read. */
function checkCopy(block: Buffer, here: number): Verdict {
  const copy = parseCopy(block, here);
  if (copy.state !== 'valid') return 'refused';
  const again = parseCopy(packLabel(copy.label, here), here);
  must(again.state === 'valid' && sameJson(again.label, copy.label), 'a label gives itself back');
  return 'accepted';
}

/** The second reader of labels reads the same. */
async function agree(disk: SparseDisk): Promise<void> {
  const found = await readLabel(disk);
  const second = readLabelling(SIZE, (offset, length) => disk.peek(offset, length));
  const state = found.state === 'unusable' ? found.code.replace('label-', '') : found.state;
  must(state === second.state, `the label is ${second.state}, not ${state}`);
  if (found.state !== 'labelled' || second.state !== 'labelled') return;
  must(sameJson(found.label, second.label), 'the label says something else');
  must(found.stale.length > 0 === second.stale, `the label is ${second.stale ? '' : 'not '}stale`);
}

/** Reading, writing and erasing go by what was read. */
async function useDisk(disk: SparseDisk): Promise<void> {
  const found = await readLabel(disk);
  if (found.state !== 'labelled') return;
  const next = { ...found.label, sequence: found.label.sequence + 1 };
  const written = attempt(() => packLabel(next, places[0]));
  must(written !== undefined, 'the next label can be written');
  if (labelPlaces(next.size).every((at) => (at + 8) * sector <= disk.size)) await writeLabel(disk, next);
  await eraseLabel(disk, next);
  must((await readLabel(disk)).state === 'none', 'an erased label is gone');
}
