import { errnoName, errnoNumbers } from '#blockdev/libc.js';
import { KernelError } from './kernel.js';

/** `EBUSY` → 16; undefined for what the system does not know. */
function errnoOf(code: string): number | undefined {
  const numbers = errnoNumbers();
  return Object.hasOwn(numbers, code) ? numbers[code] : undefined;
}

/** 16 → `EBUSY`. */
export function codeOf(errno: number): string {
  const name = errnoName(errno);
  return name.startsWith('E') ? name : `E${errno}`;
}

/** The error for a refused operation: `refused('EBUSY', 'device "a" is open')`. */
export function refused(code: string, message: string): KernelError {
  return new KernelError(errnoOf(code) ?? 5, code, message);
}

/** Names and uuids are at most 127 bytes in an ioctl; what is longer or holds a NUL is refused before it. */
export function checkText(text: string, what: 'name' | 'uuid'): void {
  if (text.includes('\0')) throw refused('EINVAL', `${what} ${JSON.stringify(text)} holds a NUL`);
  if (Buffer.byteLength(text) > 127) throw refused('ENAMETOOLONG', `${what} "${text}" is longer than 127 bytes`);
}
