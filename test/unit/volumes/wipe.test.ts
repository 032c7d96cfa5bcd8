import type { Devices } from '#documents/devices.js';
import type { Region } from '#documents/regions.js';
import { Draft } from '#metadata/draft.js';
import { isPlain } from '#metadata/kinds/plain.js';
import type { Metadata, Segment } from '#metadata/metadata.js';
import { groupNowhere } from '#test/fixtures/group.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import { runTool } from '#test/support/tool-run.js';
import type { DvmError } from '#tool/errors.js';
import { tool } from '#volumes/commands/vol_activate.js';
import { beforeOf, endsOf } from '#volumes/wipe.js';

const test = suite('the ends of new volumes');
const MIB = 2048;
const pvs = ['p'.repeat(20), 'q'.repeat(20)];
const none = beforeOf({});

/** Data begins at sector 2048 of /dev/p and /dev/q. */
function draftOf(segments: Segment[], extentSize: number): { draft: Draft; lv: Metadata['lvs'][string] } {
  const lv = { name: 'a', segments };
  const device = (path: string): Devices['devices'][string] => ({ path, size: 2 ** 30, blockSize: 512, regions: [] });
  const metadata: Metadata = {
    kind: 'metadata',
    version: 1,
    vg: { extentSize, allocation: 'normal' },
    pvs: Object.fromEntries(pvs.map((pv) => [pv, { dataStart: 2048, extents: 10_000 }])),
    lvs: { ['a'.repeat(20)]: lv },
  };
  return { draft: new Draft(metadata, { devices: Object.fromEntries(pvs.map((pv, i) => [pv, device(`/dev/${'pq'[i]}`)])) }), lv };
}

const shown = (ranges: Region[]): string[] => ranges.map((r) => `${r.path} ${r.start}+${r.length}`);
const on = (pv: number, extent: number): Segment['areas'][number] => ({ pv: pvs[pv] as string, extent });

test('linear: the first and the last MiB', () => {
  const { draft, lv } = draftOf([{ start: 0, count: 10, type: 'linear', areas: [on(0, 5)] }], 8192);
  assert.equal(shown(endsOf(draft, lv, none)), ['/dev/p 43008+2048', `/dev/p ${43008 + 10 * 8192 - MIB}+2048`]);
});

test('striped: the same of the volume, half of it on each device', () => {
  const { draft, lv } = draftOf([{ start: 0, count: 10, type: 'striped', stripeSize: 128, areas: [on(0, 0), on(1, 7)] }], 8192);
  assert.equal(shown(endsOf(draft, lv, none)), [
    '/dev/p 2048+1024',
    `/dev/q ${2048 + 7 * 8192}+1024`,
    `/dev/p ${2048 + 5 * 8192 - 1024}+1024`,
    `/dev/q ${2048 + 12 * 8192 - 1024}+1024`,
  ]);
});

test('a volume below two MiB is wiped whole, one sector once', () => {
  const { draft, lv } = draftOf([{ start: 0, count: 3, type: 'linear', areas: [on(0, 0)] }], 1024);
  assert.equal(shown(endsOf(draft, lv, none)), ['/dev/p 2048+2048', '/dev/p 4096+1024']);
});

test('what lies on a missing device is left out', () => {
  const { draft, lv } = draftOf([{ start: 0, count: 1, type: 'linear', areas: [on(0, 0)] }], 8192);
  assert.equal(endsOf(new Draft(draft.before, { devices: {} }), lv, none), []);
});

/** Where sector `at` of the volume lies, found by going through it chunk by chunk. */
function naivePlace({ segments }: Metadata['lvs'][string], extentSize: number, at: number): string {
  const s = segments.find((x) => at >= x.start * extentSize && at < (x.start + x.count) * extentSize) as Segment;
  let left = at - s.start * extentSize;
  if (s.areas.length === 1) return `${s.areas[0]?.pv} ${2048 + (s.areas[0]?.extent ?? 0) * extentSize + left}`;
  const chunk = isPlain(s) ? (s.stripeSize as number) : 0;
  for (let row = 0; ; row++)
    for (const area of s.areas) {
      if (left < chunk) return `${area.pv} ${2048 + area.extent * extentSize + row * chunk + left}`;
      left -= chunk;
    }
}

function randomSegments(random: Random): Segment[] {
  const segments: Segment[] = [];
  let start = 0;
  for (let i = 0; i <= random.below(4); i++) {
    const half = 1 + random.below(4);
    const extent = i * 100 + random.below(50);
    if (random.chance(0.5)) segments.push({ start, count: half, type: 'linear', areas: [on(random.below(2), extent)] });
    else
      segments.push({
        start,
        count: 2 * half,
        type: 'striped',
        stripeSize: 8 << random.below(4),
        areas: [on(0, extent), on(1, extent)],
      });
    const last = segments.at(-1) as Segment;
    start += last.count;
  }
  return segments;
}

test('random volumes: every sector of both ends, and nothing outside the volume', () => {
  forSeeds(200, (seed) => {
    const random = new Random(seed);
    const extentSize = 64 << random.below(8);
    const { draft, lv } = draftOf(randomSegments(random), extentSize);
    const size = lv.segments.reduce((n, s) => n + s.count, 0) * extentSize;
    const wiped = new Set<string>();
    for (const { path, start, length } of endsOf(draft, lv, none))
      for (let i = 0; i < length; i++) wiped.add(`${pvs['pq'.indexOf(path.slice(-1))]} ${start + i}`);
    const own = new Set(Array.from({ length: size }, (_, at) => naivePlace(lv, extentSize, at)));
    for (const sector of wiped) assert.ok(own.has(sector), sector);
    for (let at = 0; at < Math.min(MIB, size); at++) {
      assert.ok(wiped.has(naivePlace(lv, extentSize, at)), `sector ${at}`);
      assert.ok(wiped.has(naivePlace(lv, extentSize, size - 1 - at)), `sector ${at} from the end`);
    }
  });
});

test('extents that the change frees are refused', async () => {
  const { draft, lv } = draftOf([{ start: 0, count: 4, type: 'linear', areas: [on(0, 5)] }], 8192);
  const before = beforeOf({
    ['b'.repeat(20)]: { name: 'b', segments: [{ start: 0, count: 1, type: 'linear', areas: [on(0, 8)] }] },
  });
  const e = await thrown<DvmError>(() => endsOf(draft, lv, before));
  assert.equal([e.code, e.exitCode], ['extents-just-freed', 83]);
});

test('only volumes that --previous lacks are wiped', async () => {
  const { lvs } = groupNowhere.metadata as unknown as Metadata;
  const { ['d'.repeat(20)]: data, ...rest } = lvs;
  const previous = { ...groupNowhere, metadata: { ...groupNowhere.metadata, lvs: rest } };
  const run = async (...argv: string[]) =>
    (await runTool(tool, ['--all', '--activation-mode', 'partial', ...argv], groupNowhere, { previous })) as {
      devices: Record<string, { wipe?: Region[] }>;
    };
  const wiped = ({ devices }: Awaited<ReturnType<typeof run>>) => Object.values(devices).filter((d) => d.wipe);
  assert.ok(data);
  assert.is(wiped(await run('--previous', '%previous')).length, 0);
  assert.is(wiped(await run('--previous', '%previous', '--wipe')).length, 1);
  assert.is((await thrown<DvmError>(() => run('--wipe'))).code, 'no-previous');
});

test.run();
