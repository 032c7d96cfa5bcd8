import { Draft } from '#metadata/draft.js';
import type { EditableGroup } from '#metadata/editable.js';
import { partIdsFlag } from '#metadata/flags.js';
import { areaLength } from '#metadata/kinds/kinds.js';
import { createVolume, type NewVolume } from '#metadata/lv-create.js';
import type { Metadata, Pv } from '#metadata/metadata.js';
import { assert, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

export const MIB = 2048;
const letters = 'abcdefghijklmnopqrstuvwxyz234567';

/** The id of the nth PV: `pvaaaa…`, `pvbbbb…`. */
export function pvId(n: number): string {
  return `pv${(letters[n] ?? '').repeat(18)}`;
}

/** The id of the nth volume. */
export function lvId(n: number): string {
  let text = '';
  for (let i = 0, rest = n; i < 18; i++, rest = Math.floor(rest / 32)) text = letters[rest % 32] + text;
  return `lv${text}`;
}

/** Metadata with PVs of so many extents, extents of 4 MiB, no volumes. */
export function metadataOf(sizes: number[], more: Partial<Metadata> = {}): Metadata {
  const pvs = Object.fromEntries(sizes.map((extents, i) => [pvId(i), { dataStart: MIB, extents } satisfies Pv]));
  return { kind: 'metadata', version: 1, vg: { extentSize: 8192, allocation: 'normal' }, pvs, lvs: {}, ...more };
}

/** A group document whose PVs are /dev/loop0, /dev/loop1 … with so many MiB each, without regions. */
export function groupOf(mebibytes: number[], metadata: EditableGroup['metadata'] = {}): EditableGroup {
  const each = <T>(f: (size: number, i: number) => T): Record<string, T> =>
    Object.fromEntries(mebibytes.map((m, i) => [pvId(i), f(m * MIB, i)]));
  return {
    kind: 'group',
    version: 1,
    envelope: {
      group: { id: 'gggggggggggggggggggg', name: 'vg' },
      seqno: 1,
      txn: '1'.repeat(32),
      parent: '0'.repeat(32),
      time: '2026-01-01T00:00:00Z',
      host: '',
      pvs: each((size, i) => ({ path: `/dev/loop${i}`, size, regions: [] })),
    },
    devices: each((size, i) => ({ path: `/dev/loop${i}`, size, blockSize: 512 as const, regions: [] })),
    metadata,
  };
}

/** A draft of PVs of so many extents whose devices are /dev/loop0, /dev/loop1 … */
export function draftOf(sizes: number[], more: Partial<Metadata> = {}): Draft {
  const { envelope, devices } = groupOf(sizes.map((n) => 2 + 4 * n));
  return new Draft(metadataOf(sizes, more), { envelope, devices });
}

let created = 0;

/** Creates a volume with defaults for all that a test does not care about. */
export function create(draft: Draft, name: string, extents: string, more: Partial<NewVolume> = {}): string[] {
  const id = lvId(created++);
  const defaults = { id, partIds: partIdsFlag(id), created: '2026-01-01T00:00:00Z', pvs: [], tags: [] };
  return createVolume(draft, { ...defaults, readOnly: false, autoactivate: true, name, extents, ...more });
}

/** A volume's segments for comparison: `start: 0:10-19 1:0-9` by number of PV, one string a segment. */
export function layoutOf(draft: Draft, name: string): string[] {
  const lv = draft.lvs[draft.idOf(name) ?? ''];
  return (lv?.segments ?? []).map((s) => {
    const length = areaLength(s);
    const areas = s.areas.map((a) => `${letters.indexOf(a.pv?.[2] ?? '')}:${a.extent}-${a.extent + length - 1}`);
    return `${s.start}: ${areas.join(' ')}`;
  });
}

/** Asserts that `f` fails with this code and exit code, and returns the error. */
export async function fails(f: () => unknown, code: string, exit: number, message?: RegExp | string): Promise<DvmError> {
  const e = await thrown<DvmError>(f);
  assert.is(`${e.code} ${e.exitCode}`, `${code} ${exit}`, e.stack);
  if (message !== undefined) assert.match(e.message, message);
  return e;
}

/** Numbers below `n` that a seed decides (mulberry32). */
export function random(seed: number): (n: number) => number {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}
