import { checkRegions, defaultRegion, labelPlaces, layout, MIB } from '#documents/layout.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const GIB = 1024 * MIB;
const test = suite('layout');

test('labels lie at byte 4096 and in the last aligned 4 KiB', () => {
  assert.equal(labelPlaces(GIB), [8, GIB - 8]);
  assert.equal(labelPlaces(GIB + 7), [8, GIB - 8]);
});

test('the default region is 1/256 of the device within 4 MiB and 1 GiB, in whole MiB', () => {
  assert.equal(defaultRegion(64 * MIB), { start: MIB, length: 4 * MIB });
  assert.equal(defaultRegion(10 * GIB + 5), { start: MIB, length: 40 * MIB });
  assert.equal(defaultRegion(4096 * GIB), { start: MIB, length: GIB });
});

test('the data area follows the first region and ends a MiB before the device', () => {
  assert.equal(layout(64 * MIB + 9, [{ start: MIB, length: 4 * MIB }]), { dataStart: 5 * MIB, dataEnd: 63 * MIB, reserved: [] });
  assert.equal(layout(64 * MIB, []), { dataStart: MIB, dataEnd: 63 * MIB, reserved: [] });
  assert.equal(layout(64 * MIB, [{ start: MIB, length: 8 }]).dataStart, 2 * MIB);
});

test('other regions are reserved in the data area', () => {
  const regions = [
    { start: 40 * MIB, length: 4 * MIB },
    { start: MIB, length: 4 * MIB },
    { start: 20 * MIB, length: MIB },
  ];
  assert.equal(layout(64 * MIB, regions).reserved, [regions[2], regions[0]]);
});

test('a device that is filled by its region has no data area', () => {
  const { dataStart, dataEnd } = layout(8 * MIB, [{ start: MIB, length: 6 * MIB }]);
  assert.is(dataEnd - dataStart, 0);
});

test('too small devices are refused', async () => {
  for (const f of [() => labelPlaces(3 * MIB - 1), () => layout(100, []), () => defaultRegion(7 * MIB - 1)]) {
    const e = await thrown<DvmError>(f);
    assert.is(e.code, 'device-too-small');
    assert.is(e.exitCode, 82);
  }
  defaultRegion(7 * MIB);
});

const refused: [string, { start: number; length: number }[]][] = [
  ['whole 4 KiB blocks', [{ start: MIB + 1, length: MIB }]],
  ['whole 4 KiB blocks', [{ start: MIB, length: 0 }]],
  ['starts in the first MiB', [{ start: 8, length: 16 }]],
  ['the last MiB of the device is kept free', [{ start: 62 * MIB, length: 2 * MIB }]],
  [
    'overlaps region "1M+4M"',
    [
      { start: 2 * MIB, length: MIB },
      { start: MIB, length: 4 * MIB },
    ],
  ],
];
for (const [why, regions] of refused)
  test(`refuses regions: ${why} ${JSON.stringify(regions)}`, async () => {
    const e = await thrown<DvmError>(() => checkRegions(64 * MIB, regions));
    assert.is(e.code, 'bad-region');
    assert.match(e.message, why);
  });

test('accepts regions side by side', () => {
  checkRegions(64 * MIB, [
    { start: MIB, length: MIB },
    { start: 2 * MIB, length: 61 * MIB },
  ]);
});

test.run();
