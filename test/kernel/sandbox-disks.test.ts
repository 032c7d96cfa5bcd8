import { mkdtempSync, openSync, readFileSync, readSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { runInSandbox, startSandbox } from '#test/sandbox/sandbox.js';
import { assert, skipped, suite } from '#test/support/check.js';

const test = suite('sandbox: disks');
const MiB = 1 << 20;

/** Runs `f` with an image of 32 MiB of zeroes in a directory of its own. */
async function withImage(f: (image: string, directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-disks, '));
  const image = join(directory, 'disk, one.img');
  try {
    writeFileSync(image, '');
    truncateSync(image, 32 * MiB);
    await f(image, directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function textAt(image: string, offset: number, length: number): string {
  const buffer = Buffer.alloc(length);
  readSync(openSync(image, 'r'), buffer, 0, length, offset);
  return buffer.toString();
}

test('disks of every kind have their sizes, and blank ones are zero', async () => {
  await withImage(async (image) => {
    const script =
      'for d in ubda ubdb ubdc loop0 loop2 ram0 ram1; do echo $d $(blockdev --getsize64 /dev/$d); done; cmp -n 5242880 /dev/ubda /dev/zero';
    const r = await runInSandbox({
      command: ['sh', '-c', script],
      disks: ['5M', { image }, '3G'],
      loops: { count: 3, size: '7M' },
      ramDisks: { count: 2, size: '9M' },
    });
    const sizes = { ubda: 5, ubdb: 32, ubdc: 3072, loop0: 7, loop2: 7, ram0: 9, ram1: 9 };
    const expected = Object.entries(sizes).map(([name, size]) => `${name} ${size * MiB}\n`);
    assert.equal([r.stdout, r.stderr, r.code], [expected.join(''), '', 0]);
  });
});

test('a power cut keeps what was flushed and loses what was not', async () => {
  await withImage(async (image) => {
    const script = [
      'printf flushed | dd of=/dev/ubda conv=notrunc,fdatasync bs=512 seek=8 status=none',
      'exec 3<>/dev/ubda', // the last close of a disk writes it back
      'printf buffered | dd of=/dev/ubda conv=notrunc bs=512 seek=16384 status=none',
      'echo ready; sleep 1000',
    ].join('\n');
    const guest = startSandbox({ command: ['sh', '-c', script], disks: [{ image, sync: true }], onOutput: () => guest.kill() });
    const r = await guest.result;
    assert.equal([r.killed, r.code], [true, 137]);
    assert.is(textAt(image, 8 * 512, 7), 'flushed');
    assert.is(textAt(image, 16384 * 512, 8), '\0'.repeat(8));
  });
});

test('powerCut powers off after the command without a sync; the normal end syncs', async () => {
  await withImage(async (image) => {
    const write = (text: string, at: number) =>
      `exec 3<>/dev/ubda; sleep 1000 & printf ${text} | dd of=/dev/ubda bs=512 seek=${at} status=none`;
    const cut = await runInSandbox({ command: ['sh', '-c', write('lost', 0)], disks: [{ image }], powerCut: true });
    const end = await runInSandbox({ command: ['sh', '-c', `${write('kept', 8)}; sleep 1000 &`], disks: [{ image }] });
    assert.equal([cut.code, end.code], [0, 0]);
    assert.equal([textAt(image, 0, 4), textAt(image, 8 * 512, 4)], ['\0\0\0\0', 'kept']);
  });
});

test('guests run side by side; only a writable directory of the host is written', async () => {
  await withImage(async (_image, directory) => {
    const secret = join(directory, 'kept');
    writeFileSync(secret, 'host');
    const script = (name: string) =>
      `echo ${name} >${name}; rm -f kept; mkdir -p /usr/lib/x /root/y && echo changed >/etc/passwd && ls`;
    const [a, b] = await Promise.all([
      runInSandbox({ command: ['sh', '-c', script('a')], cwd: directory, disks: ['4M'] }),
      runInSandbox({ command: ['sh', '-c', 'echo b >b'], cwd: directory, writable: [directory], disks: ['4M'] }),
    ]);
    assert.equal([a.stderr, a.code, b.stderr, b.code], ['', 0, '', 0]);
    assert.match(a.stdout, /^a$/m);
    assert.equal([readFileSync(secret, 'utf8'), readFileSync(join(directory, 'b'), 'utf8')], ['host', 'b\n']);
    assert.throws(() => readFileSync(join(directory, 'a')), /ENOENT/);
    assert.not.match(readFileSync('/etc/passwd', 'utf8'), /^changed/m);
  });
});

const missing = sandboxMissing();
if (missing) skipped(4, missing);
else test.run();
