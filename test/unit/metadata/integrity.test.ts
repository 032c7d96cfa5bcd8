import { findProblems } from '#metadata/check.js';
import type { Draft } from '#metadata/draft.js';
import { partIdsFlag } from '#metadata/flags.js';
import { type IntegrityOptions, integritySegment } from '#metadata/integrity/change.js';
import { dropIntegrity, giveIntegrity } from '#metadata/integrity/give.js';
import type { IntegritySegment } from '#metadata/kinds/integrity.js';
import { reduceVolume, removeVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Lv } from '#metadata/metadata.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, lvId } from './fixtures.js';

const test = suite('checksums');
const id = lvId(900);

const give = (d: Draft, more: Partial<IntegrityOptions> = {}, volume = 'a'): string[] => {
  const defaults = { mode: 'journal', algorithm: 'crc32c', blockSize: 512, pvs: [], partIds: partIdsFlag(lvId(7)) } as const;
  return giveIntegrity(d, volume, { ...defaults, ...more });
};
function withVolume(extents = '8', pvs = [64]): Draft {
  const d = draftOf(pvs);
  create(d, 'a', extents, { id });
  return d;
}
const segmentOf = (d: Draft): IntegritySegment => integritySegment(d.lvs[id]) as IntegritySegment;
const names = (d: Draft): string[] => Object.values(d.lvs).map((lv) => `${lv.name}${lv.hidden ? '*' : ''}`).sort(); // biome-ignore format: one line

test('the volume keeps its id and its data, below', () => {
  const d = withVolume();
  const data = d.lvs[id]?.segments;
  assert.equal(give(d), []);
  const { areas, meta: _, ...rest } = segmentOf(d);
  assert.equal(rest, {
    ...{ start: 0, count: 8, type: 'integrity', mode: 'journal', algorithm: 'crc32c', blockSize: 512 },
    ...{ journalSize: 2048, recalculate: true },
  });
  assert.equal(d.lvs[areas[0]?.lv ?? '']?.segments, data);
  assert.equal(names(d), ['a', 'a_imeta*', 'a_iorig*']);
  assert.equal(findProblems(d), []);
  assert.equal(give(d), ['volume "a" has checksums already']);
});

test('and takes them up again', () => {
  const d = withVolume();
  assert.equal(dropIntegrity(d, 'a'), ['volume "a" has no checksums']);
  const data = d.lvs[id];
  give(d);
  dropIntegrity(d, 'a');
  assert.equal(d.lvs[id], data);
  assert.equal(names(d), ['a']);
  give(d);
  removeVolumes(d, ['a']);
  assert.equal(names(d), []);
});

test('there is room for the journal and a checksum for each block', () => {
  const room = (extents: string, more: Partial<IntegrityOptions>): number => {
    const d = withVolume(extents, [300_000]);
    give(d, more);
    return (d.lvs[segmentOf(d).meta]?.segments[0]?.count ?? 0) * 4;
  };
  assert.is(room('1', {}), 4);
  assert.is(room('25600', {}), 868, '100G: 800M of tags, 64M of journal');
  assert.is(room('25600', { algorithm: 'sha256', blockSize: 4096 }), 868);
  assert.is(room('25600', { blockSize: 4096 }), 168);
});

test('what cannot have them, or cannot change with them', async () => {
  const d = withVolume('8', [64, 64]);
  create(d, 'r', '2', { type: 'raid0' });
  await fails(() => give(d, {}, 'r'), 'no-integrity', 83, /neither linear, striped, nor redundant raid/);
  await fails(() => give(d, {}, 'x'), 'no-volume', 80);
  create(d, 'big', '100%FREE', { id: lvId(902) });
  await fails(() => give(d, {}, 'big'), 'no-space', 82, /checksums of volume "big"/);
  removeVolumes(d, ['big']);
});

test('it keeps its size as long as it has them', async () => {
  const d = withVolume();
  give(d);
  const e = await fails(() => extendVolume(d, { volume: 'a', pvs: [], extents: '+1' }), 'has-integrity', 83, /cannot be resized/);
  assert.is(e.hint, 'lv_integrity a --off, and again after that');
  await fails(() => reduceVolume(d, 'a', { extents: '-1' }), 'has-integrity', 83);
});

const broken: [string, Partial<IntegritySegment>, RegExp][] = [
  ['begins later', { start: 1 }, /checksums behind another segment/],
  ['of a part of a volume', { areas: [{ lv: lvId(1), extent: 1 }] }, /of what is no whole volume/],
  ['of another size than its data', { count: 7 }, /of 7 extents, and its data has 8/],
];
for (const [what, change, message] of broken)
  test(`vg_check refuses: ${what}`, () => {
    const d = withVolume();
    give(d);
    d.setLv(id, { ...(d.lvs[id] as Lv), segments: [{ ...segmentOf(d), ...change } as IntegritySegment] });
    const problems = findProblems(d).map((p) => `${p.code}: ${p.message}`);
    assert.ok(
      problems.some((p) => p.startsWith('integrity: ') && message.test(p)),
      problems.join('\n'),
    );
  });

test.run();
