import { units as letters } from '#report/choices.js';
import { sizeNumber, sizeText } from '#report/size.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const sizes = suite('report sizes');
const sectors = 1200 * 2048;

sizes('as numbers: exact in every unit', () => {
  assert.equal(
    letters.map((unit) => sizeNumber(sectors, unit)),
    [2457600, 1258291200, 2457600, 1228800, 1200, 1.171875, 1200 / 2 ** 20, 1200 / 2 ** 30, 1200 / 2 ** 40],
  );
  assert.is(sizeNumber(1, 'e') * 2 ** 51, 1);
});

sizes('as numbers: bytes past 2^53 are refused, sectors are not', async () => {
  const huge = 2 ** 45 + 1;
  const e = await thrown<DvmError>(() => sizeNumber(huge, 'b'));
  assert.is(`${e.exitCode} ${e.code}: ${e.message}`, '64 size-too-large: a size of 16P cannot be told exactly in bytes');
  assert.is(sizeNumber(huge, 's'), huge);
});

sizes('as text: at most two decimals, bytes exact', () => {
  assert.equal(
    letters.map((unit) => sizeText(sectors, unit)),
    ['1.17G', '1258291200B', '2457600s', '1228800K', '1200M', '1.17G', '0T', '0P', '0E'],
  );
  assert.is(sizeText(2 ** 45 + 1, 'b'), '18014398509482496B');
});

sizes.run();
