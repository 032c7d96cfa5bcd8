import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isId } from '#documents/ids.js';
import { fail, isSystemError } from '#tool/errors.js';
import { sleep } from '#tool/pause.js';
import { errnoName, LOCK_EX, LOCK_NB, libc } from './libc.js';

export interface LockOptions {
  /** Milliseconds to wait for the holder to go; 0 fails at once. */
  wait?: number;
  /** The group's name, for people. */
  name?: string;
  /** Another directory than the fixed one: for tests only. */
  directory?: string;
}

/**
 * A held lock. It lasts until `release`, or the end of the process: nothing is left behind by a killed holder.
 *
 * `fd` is closed on exec, so children do not keep the group locked. A child that must not be overtaken when its
 * parent dies (dmexec while devices are suspended) is given `fd` in its stdio: the lock then lasts until the last
 * of the two has closed it.
 */
export interface Lock {
  readonly fd: number;
  release(): void;
}

interface Holder {
  pid: number;
  program: string;
  /** RFC 3339. */
  since: string;
}

/** Waiters ask again after this many milliseconds, more or less, so that many do not march in step. */
const ASK_AGAIN = 20;

/** Milliseconds in which a program that has just got a lock leaves its name, however busy the machine. */
const NAME_WITHIN = 2000;

/**
 * Locks a group against other dvm programs on this host, by flock(2) on one file a group.
 *
 * @example
 * const lock = await lockGroup(groupId, { wait: 10_000 });
 * try { … } finally { lock.release(); }
 *
 * @throws DvmError `busy` (exit 75) naming the holder; `lock-directory` (exit 77) when the directory is not to be trusted
 */
export async function lockGroup(groupId: string, options: LockOptions = {}): Promise<Lock> {
  if (!isId(groupId)) throw new Error(`"${groupId}" is not a group id`);
  return lockFile(groupId, `group "${options.name ?? groupId}"`, options);
}

/**
 * Locks the making and erasing of labels on this host, so that two programs never make two groups of one name.
 * Who needs a group's lock too takes this one first.
 */
export async function lockLabels(options: LockOptions = {}): Promise<Lock> {
  return lockFile('labels', 'the labelling of devices', options);
}

/**
 * Locks something else of which there is one a host.
 *
 * @param name of the file
 * @param subject for the message when it is taken: `the running of states`
 */
export async function lockNamed(name: string, subject: string, options: LockOptions = {}): Promise<Lock> {
  return lockFile(name, subject, options);
}

/** Locks the dots of a group: between looking at them and changing them nobody else does. Taken before the group's own lock. */
export async function lockDots(groupId: string, options: LockOptions = {}): Promise<Lock> {
  return lockFile(`${groupId}.dots`, `the dots of group "${options.name ?? groupId}"`, options);
}

/** Locks what is written into a volume that a pull fills, or the metadata snapshot of a thin pool: one at a time. */
export async function lockVolume(volumeId: string, options: LockOptions = {}): Promise<Lock> {
  return lockFile(`${volumeId}.volume`, `volume "${options.name ?? volumeId}"`, options);
}

async function lockFile(name: string, subject: string, options: LockOptions): Promise<Lock> {
  const directory = options.directory ?? lockDirectory(process.geteuid?.() ?? 0);
  prepareDirectory(directory);
  const fd = openLockFile(join(directory, name));
  try {
    await acquire(fd, subject, options.wait ?? 0);
    writeHolder(fd);
  } catch (e) {
    closeSync(fd);
    throw e;
  }
  return { fd, release: once(() => release(fd)) };
}

/** Fixed, so that every program on the host meets at the same file. */
export function lockDirectory(uid: number): string {
  return uid === 0 ? '/run/lock/dvm' : `/run/lock/dvm-${uid}`;
}

/** Makes the directory (0700) or checks that it is one, ours, and closed to others; a symbolic link is refused. */
function prepareDirectory(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    mkdirSync(path, { mode: 0o700 });
  } catch (e) {
    if (!isSystemError(e) || e.code !== 'EEXIST') throw badDirectory(path, (e as Error).message, e);
  }
  const st = lstatSync(path);
  if (!st.isDirectory()) throw badDirectory(path, 'it is not a directory');
  if (st.uid !== (process.geteuid?.() ?? 0)) throw badDirectory(path, `it belongs to user ${st.uid}`);
  if ((st.mode & 0o077) !== 0) throw badDirectory(path, `it is open to others (mode ${(st.mode & 0o777).toString(8)})`);
}

function openLockFile(path: string): number {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o600);
  } catch (e) {
    throw badDirectory(path, (e as Error).message, e);
  }
  const st = fstatSync(fd);
  if (st.isFile() && st.nlink === 1) {
    fchmodSync(fd, 0o600);
    return fd;
  }
  closeSync(fd);
  throw badDirectory(path, 'it is not a plain file');
}

function badDirectory(path: string, why: string, cause?: unknown) {
  return fail('permission', 'lock-directory', `lock "${path}" cannot be used: ${why}`, {
    hint: 'it must be a directory of mode 0700 of the user who runs dvm',
    cause,
  });
}

async function acquire(fd: number, subject: string, wait: number): Promise<void> {
  const deadline = process.uptime() * 1000 + wait;
  for (;;) {
    const result = libc().flock(fd, LOCK_EX | LOCK_NB);
    if (result >= 0) return;
    const name = errnoName(result);
    if (name === 'EINTR') continue;
    if (name !== 'EAGAIN') throw fail('kernel', 'lock-failed', `lock of ${subject} failed: ${name}`);
    const left = deadline - process.uptime() * 1000;
    const holder = left > 0 ? undefined : readHolder(fd);
    if (left <= 0 && (holder?.alive || left < -NAME_WITHIN)) throw busy(subject, holder);
    await sleep(Math.min(ASK_AGAIN * (0.5 + Math.random()), left > 0 ? Math.max(1, left) : ASK_AGAIN));
  }
}

function busy(subject: string, holder: Found | undefined) {
  return fail('busy', 'busy', `${subject} is locked by ${holder ? nameOf(holder) : 'a program that did not leave its name'}`, {
    hint: 'wait for it to end, or let this program wait with --wait',
    details: { subject, holder: holder ?? null },
  });
}

/** One that is gone while the lock is held has left it to what it started. */
function nameOf({ program, pid, since, alive }: Found): string {
  return alive ? `${program} (pid ${pid}) since ${since}` : `what ${program} (pid ${pid}, ended since) had started`;
}

function writeHolder(fd: number): void {
  const holder: Holder = { pid: process.pid, program: programName(), since: new Date().toISOString() };
  ftruncateSync(fd);
  writeSync(fd, `${JSON.stringify(holder)}\n`, 0);
}

function programName(): string {
  return (process.argv[1] ?? process.argv0).replace(/^.*\//, '').replace(/\.cjs$/, '');
}

interface Found extends Holder {
  alive: boolean;
}

/** What the last holder left; undefined when that cannot be read. */
function readHolder(fd: number): Found | undefined {
  const text = Buffer.alloc(4096);
  try {
    const value: unknown = JSON.parse(text.toString('utf8', 0, readSync(fd, text, 0, text.length, 0)));
    return isHolder(value) ? { ...value, alive: isAlive(value.pid) } : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  const { pid, program, since } = (value ?? {}) as Partial<Record<keyof Holder, unknown>>;
  return Number.isSafeInteger(pid) && typeof program === 'string' && typeof since === 'string';
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (e) {
    return isSystemError(e) && e.code === 'EPERM';
  }
}

/** Closing, not unlocking: a child that was given the descriptor keeps the lock. The file stays, since others may wait on it. */
function release(fd: number): void {
  try {
    ftruncateSync(fd);
  } finally {
    closeSync(fd);
  }
}

function once(f: () => void): () => void {
  let done = false;
  return () => {
    if (!done) f();
    done = true;
  };
}
