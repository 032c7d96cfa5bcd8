import type { Desired } from '#dm/documents.js';
import { Draft } from '#metadata/draft.js';
import type { Lv } from '#metadata/metadata.js';
import { raidOf } from '#metadata/raid-resize.js';
import { assert, suite } from '#test/support/check.js';
import { type MapOptions, mapVolumes } from '#volumes/map-volumes.js';
import type { ActivationMode } from '#volumes/mode.js';
import { beforeOf } from '#volumes/wipe.js';
import { create, draftOf, fails } from '../metadata/fixtures.js';

const test = suite('raid volumes as devices');
const group = { id: 'g'.repeat(20), name: 'vg' };

function map(draft: Draft, mode: ActivationMode, more: Partial<MapOptions> = {}): Desired {
  return mapVolumes(draft, [draft.idOf('a') ?? ''], { group, mode: () => mode, ...more });
}

const rows = (d: Desired): Record<string, string> =>
  Object.fromEntries(
    Object.values(d.devices).map(({ name, targets }) => [name, targets.map((t) => `${t.type} ${t.args}`.trim()).join('; ')]),
  );

/** The same group without its first devices. */
function without(draft: Draft, lost: number): Draft {
  const devices = Object.fromEntries(Object.entries(draft.devices ?? {}).slice(lost));
  return new Draft(draft.result(), { ...(draft.envelope && { envelope: draft.envelope }), devices });
}

test('parameters in the order in which the kernel prints them', () => {
  const d = draftOf([64, 64]);
  create(d, 'a', '8', { type: 'raid1', minRecoveryRate: 10, maxRecoveryRate: 20 });
  const id = d.idOf('a') ?? '';
  const lv = d.lvs[id] as Lv;
  const raid = raidOf(lv);
  if (raid) d.setLv(id, { ...lv, segments: [{ ...raid, rebuild: [1], writeMostly: [1] }] });
  assert.is(
    rows(map(d, 'complete'))['vg-a'],
    'raid raid1 11 0 rebuild 1 min_recovery_rate 10 max_recovery_rate 20 write_mostly 1 region_size 4096 2 ' +
      '@vg-a_rmeta_0 @vg-a_rimage_0 @vg-a_rmeta_1 @vg-a_rimage_1',
  );
});

test('raid0 has no records', () => {
  const d = draftOf([64, 64]);
  create(d, 'a', '8', { type: 'raid0' });
  assert.is(rows(map(d, 'complete'))['vg-a'], 'raid raid0 1 128 2 - @vg-a_rimage_0 - @vg-a_rimage_1');
});

test('a lost image: refused, left out where the others hold everything, never two of raid5', async () => {
  const d = draftOf([64, 64, 64]);
  create(d, 'a', '8', { type: 'raid5' });
  const one = without(d, 1);
  const e = await fails(() => map(one, 'complete'), 'missing-device', 84, /missing.*, needed by "a"/);
  assert.match(e.hint ?? '', /--activation-mode degraded/);
  for (const mode of ['degraded', 'partial'] as const)
    assert.equal(
      Object.entries(rows(map(one, mode))).map(([n, r]) => (n === 'vg-a' ? r : n)),
      [
        'raid raid5_ls 3 128 region_size 4096 3 - - @vg-a_rmeta_1 @vg-a_rimage_1 @vg-a_rmeta_2 @vg-a_rimage_2',
        ...['vg-a_rmeta_1', 'vg-a_rimage_1', 'vg-a_rmeta_2', 'vg-a_rimage_2'],
      ],
    );
  const two = without(d, 2);
  await fails(() => map(two, 'degraded'), 'missing-device', 84);
  assert.equal(rows(map(two, 'partial')), { 'vg-a': 'error' });
});

test('of raid10 one of each pair may be lost; raid0 keeps what there is', async () => {
  const d = draftOf([64, 64, 64, 64]);
  create(d, 'a', '8', { type: 'raid10' });
  assert.match(rows(map(without(d, 1), 'degraded'))['vg-a'] ?? '', / 4 - - @/);
  await fails(() => map(without(d, 2), 'degraded'), 'missing-device', 84);
  const plain = draftOf([64, 64]);
  create(plain, 'a', '8', { type: 'raid0' });
  assert.equal(rows(map(without(plain, 1), 'partial')), {
    'vg-a': 'raid raid0 1 128 2 - @vg-a_rimage_0 - @vg-a_rimage_1',
    'vg-a_rimage_0': 'error',
    'vg-a_rimage_1': 'linear /dev/loop1 2048',
  });
});

test('images and records stay writable below a volume that is read-only', () => {
  const d = draftOf([64, 64]);
  create(d, 'a', '8', { type: 'raid1', readOnly: true });
  assert.equal(
    Object.values(map(d, 'complete').devices)
      .filter((x) => x.readOnly)
      .map((x) => x.name),
    ['vg-a'],
  );
});

test('new: all ends are wiped, or only the records; also where the volume does not come up', () => {
  const d = draftOf([64, 64]);
  create(d, 'a', '8', { type: 'raid1' });
  const wiped = (desired: Desired): string[] => [
    ...Object.values(desired.devices).flatMap((x) => (x.wipe ? [`${x.name} ${x.wipe.length}`] : [])),
    ...(desired.wipe ?? []).map((r) => `${r.path} ${r.start}+${r.length}`),
  ];
  const before = beforeOf({});
  assert.equal(wiped(map(d, 'complete', { before, wipe: 'all' })), [
    ...['vg-a_rmeta_0 2', 'vg-a_rimage_0 2', 'vg-a_rmeta_1 2', 'vg-a_rimage_1 2'],
  ]);
  assert.equal(wiped(map(d, 'complete', { before, wipe: 'blank' })), ['vg-a_rmeta_0 2', 'vg-a_rmeta_1 2']);
  const down = mapVolumes(d, [], { group, mode: () => 'complete', before, wipe: 'blank' });
  assert.equal(
    (down.wipe ?? []).map((r) => `${r.path} ${r.length}`),
    ['/dev/loop0 2048', '/dev/loop0 2048', '/dev/loop1 2048', '/dev/loop1 2048'],
  );
  assert.equal(wiped(mapVolumes(d, [], { group, mode: () => 'complete', before: beforeOf(d.lvs), wipe: 'all' })), []);
});

test.run();
