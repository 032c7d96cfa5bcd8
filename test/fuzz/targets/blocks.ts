import { packHistory, parseHistory } from '#replicator/format/history-block.js';
import { packSuperblock, parseSlot } from '#replicator/format/superblock.js';
import { type Entries, hashEntries, packTable, parseTable } from '#replicator/format/table.js';
import { sameJson } from '#tool/json.js';
import { must } from '../engine/oracle.js';
import { target, type Verdict } from '../engine/target.js';
import { mutateBytes } from '../mutate/bytes.js';
import type { Parts } from '../mutate/document.js';
import { historyFields, superFields, tableFields } from './region/edits.js';
import { imageOf, onDisk } from './region/images.js';
import { sealBlock } from './region/repair.js';

const REGION = 96;
const region = { path: '/dev/fuzz0', start: 2048, length: REGION * 8 };
const fields = [...superFields, ...tableFields, ...historyFields];

/** A block as hexadecimal digits without the zeros at its end, and where it was found. */
export const blocks = target<Parts>({
  name: 'blocks',
  what: 'superblocks, tables and history blocks by themselves; what is read is packed alike',
  quick: 2000,
  seeds: async () => (await blockSamples()).map(({ number, hex }) => ({ number, hex, sealed: true })),
  mutate: (input, random, other) => {
    const { number, hex, sealed } = input;
    if (random.chance(0.05)) return { number: random.below(REGION), hex: String(hex), sealed: sealed ?? true };
    if (random.chance(0.05)) return { number: number ?? 0, hex: String(hex), sealed: !sealed };
    const changed = mutateBytes(bytesOf(hex), random, bytesOf(other.hex), fields);
    return { number: number ?? 0, hex: changed.toString('hex'), sealed: sealed ?? true };
  },
  run: (input) => {
    const { number, hex, sealed } = input;
    const block = Buffer.alloc(4096);
    bytesOf(hex).copy(block);
    if (sealed === true) sealBlock(block);
    const at = Number(number);
    const verdicts = [checkSlot(block, at === 0 ? 0 : 1), checkHistory(block, at), checkTable(block, at)];
    return verdicts.includes('accepted') ? 'accepted' : 'refused';
  },
});

async function blockSamples() {
  const [disk] = (await imageOf('history')).disks;
  return [...(disk ?? [])].map(([at, block]) => ({ number: at - onDisk(0), hex: block.toString('hex').replace(/(00)+$/, '') }));
}

function bytesOf(hex: unknown): Buffer {
  return Buffer.from(String(hex), 'hex').subarray(0, 4096);
}

function checkSlot(block: Buffer, index: 0 | 1): Verdict {
  const slot = parseSlot(block, index, region);
  if (slot.state !== 'valid') return 'refused';
  const again = parseSlot(packSuperblock(slot.superblock), index, region);
  must(again.state === 'valid' && sameJson(again.superblock, slot.superblock), 'a superblock gives itself back');
  return 'accepted';
}

function checkHistory(block: Buffer, number: number): Verdict {
  const history = parseHistory(block, number, REGION);
  if (typeof history === 'string') return 'refused';
  const again = parseHistory(packHistory(number, { txn: '1'.repeat(32), time: 1 }, history), number, REGION);
  must(typeof again !== 'string' && sameJson(again, history), 'a history block gives itself back');
  return 'accepted';
}

/** What its parent says of it is taken from the block itself. */
function checkTable(block: Buffer, number: number): Verdict {
  const level = block.readUInt16LE(28);
  const expected = {
    block: number,
    level,
    length: Number(block.readBigUInt64LE(56)),
    hash: hashEntries(level, entriesOf(block), 0, Math.min(block.readUInt16LE(30), 100)),
  };
  const table = parseTable(block, expected, REGION);
  if (typeof table === 'string') return 'refused';
  const head = { block: number, level, txn: block.toString('hex', 32, 48), time: 1 };
  const again = parseTable(packTable(head, table, table.blocks, 0, table.blocks.length), expected, REGION);
  must(typeof again !== 'string' && again.hashes.equals(table.hashes), 'a table gives itself back');
  must(sameJson([...(typeof again === 'string' ? [] : again.blocks)], [...table.blocks]), 'and so do its blocks');
  return 'accepted';
}

/** Hashes and lengths as they stand in a table block. */
function entriesOf(block: Buffer): Entries {
  const at = Array.from({ length: Math.min(block.readUInt16LE(30), 100) }, (_, i) => 96 + 40 * i);
  return {
    hashes: Buffer.concat(at.map((a) => block.subarray(a + 8, a + 40))),
    lengths: Uint32Array.from(at, (a) => block.readUInt32LE(a + 4)),
  };
}
