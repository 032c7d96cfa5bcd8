import { assert, suite, thrown } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';
import { formatSize, parseRange, parseSize } from '#tool/units.js';

const units = suite('units');

units('sizes in every unit, in sectors', () => {
  const cases: [string, number][] = [
    ['0', 0],
    ['8s', 8],
    ['4096B', 8],
    ['4096b', 8],
    ['1k', 2],
    ['1K', 2],
    ['1KiB', 2],
    ['1kb', 2],
    ['0.5K', 1],
    ['512M', 2 ** 20],
    ['1.5g', 3 * 2 ** 20],
    ['10 G', 10 * 2 ** 21],
    ['1T', 2 ** 31],
    ['2P', 2 ** 42],
    ['1E', 2 ** 51],
    ['9007199254740991s', 2 ** 53 - 1],
  ];
  for (const [text, sectors] of cases) assert.is(parseSize(text), sectors, text);
});

units('refused sizes', async () => {
  const cases: [string, string][] = [
    ['', 'is not a number with a unit'],
    ['G', 'is not a number with a unit'],
    ['-1G', 'is not a number with a unit'],
    ['+1G', 'is not a number with a unit'],
    ['1e3s', 'is not a number with a unit'],
    ['0x10s', 'is not a number with a unit'],
    ['1,5G', 'is not a number with a unit'],
    ['.5G', 'is not a number with a unit'],
    ['1GG', 'is not a number with a unit'],
    ['1 0G', 'is not a number with a unit'],
    ['١s', 'is not a number with a unit'],
    ['NaNs', 'is not a number with a unit'],
    ['10', 'has no unit'],
    ['1.5s', 'is not a whole number of 512-byte sectors'],
    ['100B', 'is not a whole number of 512-byte sectors'],
    ['0.1K', 'is not a whole number of 512-byte sectors'],
    ['9007199254740993B', 'is too large'],
    ['9007199254740992s', 'is too large'],
    ['4E', 'is too large'],
    [`${'9'.repeat(400)}G`, 'is too large'],
  ];
  for (const [text, why] of cases) {
    const e = await thrown<DvmError>(() => parseSize(text, 'length'));
    assert.is(`${e.code} ${e.exitCode} ${e.message}`, `bad-size 64 length "${text}" ${why}`);
  }
});

units('ranges', async () => {
  assert.equal(parseRange('1M+4M'), { start: 2048, length: 8192 });
  assert.equal(parseRange('0+8s'), { start: 0, length: 8 });
  for (const text of ['', '1M', '1M+2M+3M', '1M-2M']) {
    const e = await thrown<DvmError>(() => parseRange(text, 'region'));
    assert.is(`${e.code} ${e.message}`, `bad-range region "${text}" is not START+LENGTH`);
  }
  const e = await thrown<DvmError>(() => parseRange('1M+x', 'region'));
  assert.is(e.message, 'region length "x" is not a number with a unit');
});

units('sizes for people', () => {
  const cases: [number, string][] = [
    [0, '0B'],
    [1, '512B'],
    [2, '1K'],
    [3, '1.5K'],
    [2 ** 21, '1G'],
    [2 ** 21 * 1.234, '1.23G'],
    [2 ** 31, '1T'],
    [2 ** 41 * 3, '3P'],
    [2 ** 51 * 2.5, '2.5E'],
  ];
  for (const [sectors, text] of cases) assert.is(formatSize(sectors), text);
});

units('a size for people reads back to within its two decimals', () => {
  forSeeds(1000, (seed) => {
    const sectors = Math.floor(2 ** (new Random(seed).next() * 52));
    const unit = formatSize(sectors).slice(-1);
    const step = parseSize(`1${unit === 'B' ? 's' : unit}`);
    const back = Number(formatSize(sectors).slice(0, -1)) * (unit === 'B' ? 1 / 512 : step);
    assert.ok(Math.abs(back - sectors) <= step * 0.0051, `${sectors} ${formatSize(sectors)}`);
  });
});

units.run();
