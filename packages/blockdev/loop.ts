import { closeSync, constants, existsSync, fstatSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { fail, isSystemError } from '#tool/errors.js';
import { errnoName, libc } from './libc.js';

// linux/loop.h
const LOOP_CONFIGURE = 0x4c0a;
const LOOP_GET_STATUS64 = 0x4c05;
const LOOP_CTL_GET_FREE = 0x4c82;
const LO_FLAGS_AUTOCLEAR = 4;
const MAJOR = 7;
const S_IFBLK = 0o060000;
const EBUSY = 16;

/** A loop device that is open. It goes by itself with the last who has it open or mounted. */
export interface LoopDevice {
  /** `/dev/loop3` */
  path: string;
  close(): void;
}

/**
 * Puts a free loop device over a file. Set up in one step (LOOP_CONFIGURE, Linux 5.8) and with autoclear, it is either there
 * with its file or not at all, and a killed program leaves none behind.
 *
 * @throws DvmError `no-loop` (exit 71)
 */
export function attachLoop(file: string): LoopDevice {
  const backing = openSync(file, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    for (let attempt = 0; attempt < 64; attempt++) {
      const loop = tryFreeLoop(file, backing);
      if (loop) return loop;
    }
    throw fail('kernel', 'no-loop', `file "${file}" got no loop device: others took each that was free`);
  } finally {
    closeSync(backing);
  }
}

/** Undefined when somebody else took the device between the two calls. */
function tryFreeLoop(file: string, backing: number): LoopDevice | undefined {
  const path = freeLoop(file);
  const fd = openSync(path, constants.O_RDWR);
  const result = libc().ioctl(fd, LOOP_CONFIGURE, packConfig(backing, basename(file)));
  if (result >= 0) return { path, close: () => closeSync(fd) };
  closeSync(fd);
  if (result === -EBUSY) return undefined;
  throw fail('kernel', 'no-loop', `file "${file}" got no loop device: ${errnoName(result)} of "${path}"`);
}

function freeLoop(file: string): string {
  let control: number;
  try {
    control = openSync('/dev/loop-control', constants.O_RDWR);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('kernel', 'no-loop', `file "${file}" got no loop device: ${e.message}`, { hint: 'modprobe loop', cause: e });
  }
  const number = libc().ioctl(control, LOOP_CTL_GET_FREE, 0);
  closeSync(control);
  if (number < 0) throw fail('kernel', 'no-loop', `file "${file}" got no loop device: ${errnoName(number)}`);
  const path = `/dev/loop${number}`;
  if (!existsSync(path)) libc().mknod(path, S_IFBLK | 0o660, MAJOR, number); // where nobody keeps /dev
  return path;
}

/** struct loop_config: descriptor, block size (0: the default), struct loop_info64, reserved. */
function packConfig(backing: number, name: string): Buffer {
  const b = Buffer.alloc(304);
  b.writeUInt32LE(backing, 0);
  b.writeUInt32LE(LO_FLAGS_AUTOCLEAR, 8 + 52); // lo_flags
  b.write(name.slice(0, 63), 8 + 56, 'latin1'); // lo_file_name
  return b;
}

/** Whether a loop device lies over this very file, whatever it was called then: same file system, same inode. */
export function isLoopOver(loop: string, file: string): boolean {
  return (
    withOpen(loop, (fd) => {
      const info = Buffer.alloc(232); // struct loop_info64: lo_device, lo_inode …
      if (libc().ioctl(fd, LOOP_GET_STATUS64, info) < 0) return false;
      return (
        withOpen(file, (backing) => {
          const st = fstatSync(backing, { bigint: true });
          return st.ino === info.readBigUInt64LE(8) && st.dev === info.readBigUInt64LE(0);
        }) ?? false
      );
    }) ?? false
  );
}

function withOpen<T>(path: string, work: (fd: number) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (e) {
    if (isSystemError(e)) return undefined;
    throw e;
  }
  try {
    return work(fd);
  } finally {
    closeSync(fd);
  }
}
