import { createHash } from 'node:crypto';

/*
 * A second reader of the region format, written from docs/formats/region.md alone and as plainly as possible: it walks
 * everything that either superblock refers to. It is the judge of what the product writes.
 */

const B = 4096;

export interface NaiveVersion {
  txn: string;
  parent: string;
  content: Buffer;
  /** Its pages and tables. */
  blocks: Set<number>;
}

export interface NaiveState {
  sequence: number;
  active: NaiveVersion | undefined;
  shadow: NaiveVersion | undefined;
  mark: boolean;
  history: NaiveVersion[];
  shadowHistory: NaiveVersion[];
  /** Every block that this superblock refers to. */
  blocks: Set<number>;
}

const sha = (...parts: Uint8Array[]) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();

function sealed(block: Buffer, magic: string): boolean {
  const sum = sha(block.subarray(0, 8), Buffer.alloc(16), block.subarray(24)).subarray(0, 16);
  return block.toString('latin1', 0, 8) === magic && sum.equals(block.subarray(8, 24));
}

/** What both superblocks say, the one that counts first; one that is not sound is left out. */
export function naiveStates(region: Buffer): NaiveState[] {
  const sectors = [region.subarray(0, 512), region.subarray(B, B + 512)].filter((s) => sealed(s, 'dvmsuper'));
  return sectors.map((s) => state(region, s)).sort((a, b) => b.sequence - a.sequence);
}

function state(region: Buffer, s: Buffer): NaiveState {
  const flags = s.readUInt32LE(52);
  const active = version(region, s.subarray(80, 176));
  const shadow = version(region, s.subarray(176, 272));
  const blocks = new Set([0, 1, ...(active?.blocks ?? []), ...(shadow?.blocks ?? [])]);
  return {
    sequence: Number(s.readBigUInt64LE(32)),
    active,
    shadow,
    mark: (flags & 1) !== 0,
    history: history(region, s.readUInt32LE(56), s.readUInt32LE(60), blocks),
    shadowHistory: history(region, s.readUInt32LE(64), s.readUInt32LE(68), blocks),
    blocks,
  };
}

function version(region: Buffer, root: Buffer): NaiveVersion | undefined {
  if (root.subarray(0, 16).every((b) => b === 0)) return undefined;
  const out = { txn: root.toString('hex', 0, 16), parent: root.toString('hex', 16, 32), blocks: new Set<number>() };
  const content = subtree(region, root.readUInt32LE(80), root.readUInt16LE(84), root.subarray(48, 80), out.blocks);
  if (content.length !== Number(root.readBigUInt64LE(40))) throw new Error(`version ${out.txn}: length`);
  return { ...out, content };
}

function subtree(region: Buffer, number: number, level: number, hash: Buffer, blocks: Set<number>): Buffer {
  blocks.add(number);
  const t = region.subarray(number * B, (number + 1) * B);
  const count = t.readUInt16LE(30);
  if (!sealed(t, 'dvmtable') || t.readUInt32LE(24) !== number || t.readUInt16LE(28) !== level) throw new Error(`table ${number}`);
  const entries = Array.from({ length: count }, (_, i) => t.subarray(96 + i * 40, 136 + i * 40));
  const head = Buffer.alloc(16);
  head.write('dvm tree');
  head.writeUInt32LE(level, 8);
  head.writeUInt32LE(count, 12);
  const own = sha(head, ...entries.map((e) => e.subarray(4, 8)), ...entries.map((e) => e.subarray(8, 40)));
  if (!own.equals(hash)) throw new Error(`table ${number}: hash`);
  return Buffer.concat(
    entries.map((e) => {
      const [child, length] = [e.readUInt32LE(0), e.readUInt32LE(4)];
      if (level > 1) return subtree(region, child, level - 1, e.subarray(8, 40), blocks);
      blocks.add(child);
      const page = region.subarray(child * B, child * B + length);
      if (!sha(page).equals(e.subarray(8, 40))) throw new Error(`page ${child}: hash`);
      return page;
    }),
  );
}

function history(region: Buffer, first: number, count: number, blocks: Set<number>): NaiveVersion[] {
  if (first === 0) return [];
  const versions: NaiveVersion[] = [];
  const head = historyBlock(region, first);
  blocks.add(first);
  let entries = head.entries;
  for (const [block, counted] of [[first, Number.POSITIVE_INFINITY] as const, ...head.older]) {
    if (versions.length >= count) break;
    if (block !== first) entries = historyBlock(region, block).entries;
    blocks.add(block);
    for (const root of entries.slice(0, Math.min(counted, count - versions.length))) {
      const v = version(region, root) as NaiveVersion;
      for (const b of v.blocks) blocks.add(b);
      versions.push(v);
    }
  }
  if (versions.length !== count) throw new Error(`history ${first}: ${versions.length} of ${count}`);
  return versions;
}

function historyBlock(region: Buffer, number: number) {
  const b = region.subarray(number * B, (number + 1) * B);
  if (!sealed(b, 'dvmhisto') || b.readUInt32LE(24) !== number) throw new Error(`history ${number}`);
  const older = Array.from(
    { length: b.readUInt16LE(30) },
    (_, i) => [b.readUInt32LE(96 + i * 8), b.readUInt32LE(100 + i * 8)] as const,
  );
  const entries: Buffer[] = [];
  for (let n = b.readUInt16LE(28), at = 96 + older.length * 8; n > 0; n--) {
    entries.push(b.subarray(at, at + 96));
    const runs = b.readUInt32LE(at + 96);
    at += 104 + (runs === 0xffffffff ? 0 : runs * 8);
  }
  return { older, entries };
}
