import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { libc } from '#blockdev/libc.js';
import { Supervisor } from '#dvm/watch/notify.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('watch tells its supervisor');

/** <asm/unistd_64.h>, <sys/socket.h> */
const [SOCKET, RECVFROM, BIND] = [41, 45, 49];
const [AF_UNIX, SOCK_DGRAM, MSG_DONTWAIT] = [1, 2, 0x40];

/** A socket as systemd has one. */
function listen(address: string): number {
  const fd = libc().syscall(SOCKET, AF_UNIX, SOCK_DGRAM, 0);
  const name = Buffer.concat([Buffer.from([AF_UNIX, 0]), Buffer.from(address)]);
  assert.is(libc().syscall(BIND, fd, name, name.length), 0);
  return fd;
}

function heard(fd: number): string {
  const message = Buffer.alloc(100);
  const length = libc().syscall(RECVFROM, fd, message, message.length, MSG_DONTWAIT);
  return length < 0 ? '' : message.toString('utf8', 0, length);
}

function tellsOf(supervisor: Supervisor, fd: number): string[] {
  return [() => supervisor.ready(), () => supervisor.alive(), () => supervisor.stopping()].map((tell) => {
    tell();
    return heard(fd);
  });
}

if (process.arch === 'x64') {
  const wanted = ['READY=1', 'WATCHDOG=1', 'STOPPING=1'];

  test('by a path', () => {
    const dir = mkdtempSync(join(tmpdir(), 'dvm-notify-'));
    try {
      const path = join(dir, 'socket');
      assert.equal(tellsOf(new Supervisor(path), listen(path)), wanted);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test('by an abstract name', () => {
    const name = `dvm-notify-${process.pid}`;
    assert.equal(tellsOf(new Supervisor(`@${name}`), listen(`\0${name}`)), wanted);
  });
} else skipped(2, 'its system calls have other numbers');

test('nobody asks, or nobody listens any more: nothing is told', () => {
  new Supervisor(undefined).ready();
  new Supervisor('').ready();
  new Supervisor('/nowhere/at/all').ready();
});

test('what is no address is refused', async () => {
  for (const path of ['socket', `/${'x'.repeat(107)}`]) {
    const e = await thrown<DvmError>(() => new Supervisor(path));
    assert.equal([e.code, e.exitCode], ['bad-socket', 64]);
    assert.match(e.message, 'neither a path that begins with a slash nor an abstract one');
  }
});

test.run();
