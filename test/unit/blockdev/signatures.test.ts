import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseSignatures, readSignatures, wipeSignatures } from '#blockdev/signatures.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { image, inTmp, run } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('signatures');

test('a file system is named, and gone once wiped', () =>
  inTmp(async (dir) => {
    const path = image(join(dir, 'a'), 8 << 20);
    assert.equal(await readSignatures(path), []);
    run('mkfs.ext4', '-q', '-L', 'data', path);
    const [s] = await readSignatures(path);
    assert.equal([s?.type, s?.usage, s?.label, s?.offset], ['ext4', 'filesystem', 'data', 0x438]);
    await wipeSignatures(path);
    assert.equal(await readSignatures(path), []);
  }));

test('partition tables and swap are named', () =>
  inTmp(async (dir) => {
    const path = image(join(dir, 'a'), 8 << 20);
    run('mkswap', path);
    assert.equal(
      (await readSignatures(path)).map((s) => s.type),
      ['swap'],
    );
    await wipeSignatures(path);
    writeDosTable(path);
    assert.equal(
      (await readSignatures(path)).map((s) => s.type),
      ['dos'],
    );
  }));

test('what wipefs cannot do is said', () =>
  inTmp(async (dir) => {
    const path = join(dir, 'none');
    const e = await thrown<DvmError>(() => readSignatures(path));
    assert.is(e.code, 'wipefs-failed');
    assert.is(e.exitCode, 74);
    assert.match(e.message, `wipefs of "${path}" failed: ${path}: probing initialization failed: No such file`);
    assert.equal(parseSignatures('', 'x'), []);
    for (const odd of ['{', 'null', '{"signatures":[null]}', '{"signatures":[{"offset":"12"}]}', '{"signatures":[{"type":7}]}'])
      assert.match((await thrown<DvmError>(() => parseSignatures(odd, 'x'))).message, 'printed what is not its JSON');
  }));

test('without wipefs there is a hint what to install', () =>
  inTmp(async (dir) => {
    const e = await thrown<DvmError>(() => readSignatures('/dev/null', [dir]));
    assert.equal([e.code, e.exitCode, e.hint], ['no-wipefs', 69, 'install the package util-linux']);
  }));

/** One primary partition of type 83, sectors 2048 to 4095. */
function writeDosTable(path: string): void {
  const fd = openSync(path, 'r+');
  const entry = Buffer.alloc(16);
  entry[4] = 0x83;
  entry.writeUInt32LE(2048, 8);
  entry.writeUInt32LE(2048, 12);
  writeSync(fd, entry, 0, 16, 446);
  writeSync(fd, Buffer.from([0x55, 0xaa]), 0, 2, 510);
  closeSync(fd);
}

test.run();
