import type { Current } from '#dm/documents.js';
import type { Draft } from '#metadata/draft.js';
import type { Raid } from '#metadata/kinds/raid.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid/resize.js';
import { assert, suite } from '#test/support/check.js';
import { mapVolumes } from '#volumes/map-volumes.js';
import { poll } from '#volumes/poll/poll.js';
import { create, draftOf } from '../metadata/fixtures.js';

const test = suite('the kernel is told to lay out a raid anew, and says how far it is');
const group = { id: 'g'.repeat(20), name: 'vg' };

/** A raid5 of four images that is in the middle of something. */
function given(delta: number, state: 'wanted' | 'running' | 'ended', space = 1): { draft: Draft; id: string } {
  const draft = draftOf([32, 32, 32, 32]);
  create(draft, 'a', '12', { type: 'raid5', stripes: 3 });
  const id = draft.idOf('a') ?? '';
  const segment = raidOf(draft.lvs[id] as Lv) as Raid;
  for (const { lv = '' } of segment.areas) {
    const part = draft.lvs[lv] as Lv;
    draft.setLv(lv, { ...part, segments: part.segments.map((s) => ({ ...s, count: s.count + space })) });
  }
  const count = delta < 0 ? 8 : 12;
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [{ ...segment, count, reshape: { state, delta, space } }] });
  return { draft, id };
}

/** What is said of the raid in its table, and in the one for when that is refused; `live` is its status. */
function told(delta: number, state: 'wanted' | 'running' | 'ended', live?: string): string[] {
  const { draft, id } = given(delta, state, state === 'ended' ? 0 : 1);
  const status = new Map(live === undefined ? [] : [[`DVM-${group.id}-${id}`, live]]);
  const { devices } = mapVolumes(draft, [id], { group, mode: () => 'complete', status });
  const device = devices[`DVM-${group.id}-${id}`];
  return [device?.targets, device?.otherwise].flatMap((rows) =>
    (rows ?? []).map(({ args, size }) => `${size / 8192}: ${words(args)}`),
  );
}

const words = (args: string): string => / region_size \d+ (.*?) ?4 @/.exec(args)?.[1] ?? '';

test('images more: where the records of the new ones are not taken', () => {
  assert.equal(told(1, 'wanted'), ['12: ', '12: delta_disks 1 data_offset 8192']);
  assert.equal(told(1, 'running'), ['12: ']);
});

test('images fewer: only where all are there, and at their old length', () => {
  assert.equal(told(-1, 'wanted', 'raid5_ls 4 AAAA 1/1 idle 0 0 -'), ['12: delta_disks -1 data_offset 8192']);
  assert.equal(told(-1, 'wanted', 'raid5_ls 3 AAAA 1/1 reshape 0 0 -'), ['12: ']);
  assert.equal(told(-1, 'wanted'), ['12: ']);
  assert.equal(told(-1, 'running'), ['12: ']);
});

test('another layout: as long as it may be needed', () => {
  assert.equal(told(0, 'wanted'), ['12: data_offset 8192']);
  assert.equal(told(0, 'running'), ['12: ']);
  assert.equal(told(0, 'ended'), ['12: data_offset 0']);
});

/** What is left of `reshape` after a poll, and how many images. */
function after(delta: number, state: 'wanted' | 'running' | 'ended', status: string, args = ''): string {
  const { draft, id } = given(delta, state, state === 'ended' ? 0 : 1);
  const device: Current['devices'][string] = {
    ...{
      uuid: `DVM-${group.id}-${id}`,
      dev: '254:0',
      openCount: 0,
      suspended: false,
      readOnly: false,
      inactive: false,
      deps: [],
    },
    targets: [{ type: 'raid', size: 1, args: `raid5_ls 3 128 region_size 4096${args} 4` }],
    status: [`raid5_ls ${status} -`],
  };
  poll(draft, group.id, { kind: 'current', version: 1, devices: { 'vg-a': device } }, () => {});
  const raid = raidOf(draft.lvs[id] as Lv);
  return `${raid?.reshape?.state ?? 'none'} ${raid?.areas.length}`;
}

test('from being told to being done', () => {
  assert.is(after(1, 'wanted', '3 AAAA 9/9 idle 0 8192'), 'wanted 4');
  assert.is(after(1, 'wanted', '4 AAAA 0/9 reshape 0 8192'), 'running 4');
  assert.is(after(1, 'running', '4 AAAA 5/9 reshape 0 8192'), 'running 4');
  assert.is(after(1, 'running', '4 AAAA 9/9 idle 0 0'), 'ended 4');
  assert.is(after(-1, 'wanted', '4 AAAA 9/9 idle 0 0'), 'wanted 4');
  assert.is(after(-1, 'wanted', '3 AAAA 9/9 idle 0 0'), 'running 4');
  assert.is(after(-1, 'running', '3 AAAa 9/9 idle 0 8192'), 'ended 3');
  assert.is(after(0, 'wanted', '4 AAAA 9/9 idle 0 0'), 'wanted 4');
  assert.is(after(0, 'wanted', '4 AAAA 9/9 idle 0 0', ' data_offset 8192'), 'running 4');
  assert.is(after(0, 'running', '4 AAAA 9/9 idle 0 8192'), 'ended 4');
  assert.is(after(0, 'ended', '4 AAAA 9/9 idle 0 8192'), 'ended 4');
  assert.is(after(0, 'ended', '4 AAAA 9/9 idle 0 0'), 'ended 4', 'the table from before');
  assert.is(after(0, 'ended', '4 AAAA 9/9 idle 0 0', ' data_offset 0'), 'none 4');
});

test.run();
