import type { OpenStorage } from '#blockdev/storage.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { MemoryDisk } from '#test/support/memory-disk.js';
import { checkSource } from '#tm/clone-source.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('what a clone reads from is what it was made of');
const open: OpenStorage = async (path) => new MemoryDisk(path, 8192 * 512);
const source = { name: 'vg-c', path: '/dev/nbd0', size: 8192 };

test('a block device of the same size passes', async () => {
  await checkSource(source, open, () => true);
});

test('another size, no device, a file: refused', async () => {
  const refused = async (size: number, isBlock?: (path: string) => boolean, path = source.path): Promise<string> => {
    const e = await thrown<DvmError>(() => checkSource({ ...source, path, size }, open, isBlock));
    return `${e.exitCode} ${e.code}: ${e.message}`;
  };
  const isBlock = () => true;
  assert.is(await refused(8200, isBlock), '84 other-source: source "/dev/nbd0" of clone "vg-c" has 8192 sectors, not 8200');
  assert.is(await refused(8000, isBlock), '84 other-source: source "/dev/nbd0" of clone "vg-c" has 8192 sectors, not 8000');
  for (const path of ['/no/such/device', '/etc/passwd', '/dev/null'])
    assert.match(await refused(8192, undefined, path), /^84 no-source: source ".*" of clone "vg-c" is not there, or is no block/);
});

test.run();
