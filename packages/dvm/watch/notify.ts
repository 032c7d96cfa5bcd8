import { closeSync } from 'node:fs';
import { libc } from '#blockdev/libc.js';
import { fail } from '#tool/errors.js';

/** System calls by their number on each machine (<asm/unistd.h>), <sys/socket.h>, and what a path may have in sockaddr_un. */
const calls = { x64: { socket: 41, sendto: 44 }, arm64: { socket: 198, sendto: 206 } } as const;
const [AF_UNIX, SOCK_DGRAM, SOCK_CLOEXEC, MSG_NOSIGNAL] = [1, 2, 0o2000000, 0x4000];
const longestPath = 107;

/** Tells a service manager how a daemon does: sd_notify(3), which no runtime has. */
export class Supervisor {
  readonly #address: Buffer | undefined;

  /**
   * @param path NOTIFY_SOCKET, as the unit hands it over; `@` begins an abstract one. Undefined or empty: nobody asks
   * @throws DvmError `bad-socket` (exit 64)
   */
  constructor(path: string | undefined) {
    this.#address = path ? addressOf(path) : undefined;
  }

  ready(): void {
    this.#tell('READY=1');
  }

  /** For the watchdog. */
  alive(): void {
    this.#tell('WATCHDOG=1');
  }

  stopping(): void {
    this.#tell('STOPPING=1');
  }

  /** What cannot be told is not: a manager that does not hear anything knows what to do. */
  #tell(state: string): void {
    const numbers = calls[process.arch as keyof typeof calls];
    if (!this.#address || !numbers) return;
    const fd = libc().syscall(numbers.socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    try {
      sendTo(numbers.sendto, fd, Buffer.from(state), this.#address);
    } finally {
      closeSync(fd);
    }
  }
}

function sendTo(number: number, fd: number, text: Buffer, address: Buffer): void {
  libc().syscall(number, fd, text, text.length, MSG_NOSIGNAL, address, address.length);
}

/** sockaddr_un: the family, then the path; an abstract one begins with NUL instead of `@`. */
function addressOf(path: string): Buffer {
  const bytes = Buffer.from(path);
  if ((!path.startsWith('/') && !path.startsWith('@')) || bytes.length > longestPath)
    throw fail('usage', 'bad-socket', `socket "${path}" is neither a path that begins with a slash nor an abstract one`);
  if (path.startsWith('@')) bytes[0] = 0;
  const family = Buffer.alloc(2);
  family.writeUInt16LE(AF_UNIX);
  return Buffer.concat([family, bytes]);
}
