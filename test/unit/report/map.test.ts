import { stripVTControlCharacters } from 'node:util';
import type { Metadata } from '#metadata/metadata.js';
import { formatMap } from '#report/map.js';
import { viewOf } from '#report/views.js';
import { group, metadata, sampleView } from '#test/fixtures/group.js';
import { assert, suite } from '#test/support/check.js';

const map = suite('report map');
const draw = (width: number, view = sampleView(), colour = false) => formatMap([view], { width, colour, unit: 'h' });

map('letters for volumes, dots for free, hashes for metadata regions; most of a cell counts', () => {
  assert.is(
    draw(46),
    [
      '/dev/sda            400M  AAAABBBB..........##',
      '/dev/sdb            400M  BBBB......AA........',
      '[missing:/dev/sdz]  400M  C...................',
      '  A data 120M',
      '  B fast-1 160M',
      '  C lost 20M',
      '  D region0 4M',
      '',
    ].join('\n'),
  );
});

map('PVs are drawn in proportion, no cell is less than an extent', () => {
  const pvs: Metadata['pvs'] = {
    ['a'.repeat(20)]: { dataStart: 0, extents: 40 },
    ['b'.repeat(20)]: { dataStart: 0, extents: 10 },
    ['c'.repeat(20)]: { dataStart: 0, extents: 1 },
  };
  const view = viewOf({ metadata: { ...metadata, pvs, lvs: {} } }, undefined);
  const bars = draw(200, view)
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ +/).at(-1)?.length);
  assert.equal(bars, [40, 10, 1]);
  assert.match(
    draw(100, viewOf({ metadata: { ...metadata, pvs: { ['a'.repeat(20)]: { dataStart: 0, extents: 0 } }, lvs: {} } }, undefined)),
    /0B\s*\n$/,
  );
});

map('colours change nothing but colours, and end', () => {
  const coloured = draw(46, sampleView(), true);
  assert.is(stripVTControlCharacters(coloured), draw(46));
  assert.match(coloured, '\x1b[31mAAAA\x1b[32mBBBB\x1b[0m');
  for (const line of coloured.trimEnd().split('\n')) assert.ok(!line.includes('\x1b') || line.includes('\x1b[0m'));
});

map('more volumes than letters: letters come again', () => {
  const lvs = Object.fromEntries(
    Array.from(
      { length: 64 },
      (_, i) => [`${'a'.repeat(18)}${String.fromCharCode(97 + (i >> 3), 97 + (i & 7))}`, i] as const,
    ).map(([id, i]) => [id, { name: `v${String(i).padStart(2, '0')}`, segments: [] }]),
  );
  const text = draw(60, viewOf({ metadata: { ...metadata, lvs }, group }, undefined));
  assert.match(text, '  9 v61 0B\n  A v62 0B\n  B v63 0B\n');
});

map.run();
