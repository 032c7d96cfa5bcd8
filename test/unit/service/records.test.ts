import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Volume, volumeType } from '#service/documents.js';
import { Records } from '#service/records.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { newVolume } from '#test/support/sim-volumes.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('records');
const volume = newVolume('a'.repeat(20), '/mnt/a');

function open(dir: string) {
  const damaged: string[] = [];
  const records = new Records<Volume>(dir, volumeType);
  return { records, damaged, load: () => records.load((path) => damaged.push(path)) };
}

test('what was put is there, until it is deleted', () =>
  inTmp(async (dir) => {
    const { records, load } = open(join(dir, 'new'));
    await records.put('a', volume, true);
    await records.put('b', { ...volume, sizeMB: 11 }, false);
    assert.equal(
      load()
        .map((v) => v.sizeMB)
        .sort(),
      [10, 11],
    );
    await records.delete('a');
    await records.delete('a');
    assert.equal(
      load().map((v) => v.sizeMB),
      [11],
    );
  }));

test('writes of one name keep their order, durable or not', () =>
  inTmp(async (dir) => {
    const { records, load } = open(dir);
    await Promise.all([1, 2, 3, 4, 5, 6].map((sizeMB) => records.put('a', { ...volume, sizeMB }, sizeMB % 2 === 1)));
    assert.equal(
      load().map((v) => v.sizeMB),
      [6],
    );
    await Promise.all([records.put('a', volume, true), records.delete('a')]);
    assert.equal(load(), []);
  }));

test('what a killed writer left is cleared away; what is damaged is set aside, and told', () =>
  inTmp((dir) => {
    const { load, damaged } = open(dir);
    writeFileSync(join(dir, '.a.0.tmp'), '{"kind"');
    writeFileSync(join(dir, 'a.json'), '{"kind":"dvs-volume","version":1}');
    writeFileSync(join(dir, 'b.json'), '');
    writeFileSync(join(dir, 'c.img'), 'an image');
    assert.equal(load(), []);
    assert.equal(damaged.map((p) => p.slice(dir.length)).sort(), ['/a.json', '/b.json']);
    assert.equal(readdirSync(dir).sort(), ['a.json.damaged', 'b.json.damaged', 'c.img']);
    assert.equal([load(), damaged.length], [[], 2], 'once');
  }));

test('a directory that takes no more is an error, and the record before stands', () =>
  inTmp(async (dir) => {
    const { records } = open(dir);
    for (const durable of [true, false]) {
      const e = await thrown<DvmError>(() => records.put(`${'x'.repeat(300)}`, volume, durable));
      assert.equal([e.code, e.exit], ['no-record', 'cannotCreate'], e.message);
    }
    assert.equal(readdirSync(dir), []);
  }));

test.run();
