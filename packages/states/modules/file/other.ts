import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { isAtOrBelow, readMountTable } from '#blockdev/mounts.js';
import { randomBytes } from '#tool/crypto.js';
import { DvmError, fail } from '#tool/errors.js';
import type { Finding } from '../builtin.js';
import { differences, kindAt, type OwnerArgs, wantedOf } from './current.js';
import { openPlace, type Place } from './place.js';
import { changeOwner } from './write.js';

/** Does something in the directory that a path ends in; `missing` when that is not there. */
function within<T>(path: string, missing: T, work: (place: Place) => T, make?: number): T {
  let place: Place;
  try {
    place = openPlace(path, make === undefined ? {} : { make });
  } catch (e) {
    if (e instanceof DvmError && e.code === 'no-directory' && make === undefined) return missing;
    throw e;
  }
  try {
    return work(place);
  } finally {
    place.close();
  }
}

export interface DirectoryArgs extends OwnerArgs {
  makedirs?: boolean;
}

/** A directory, with mode and owner. */
export async function directoryFinding(path: string, args: DirectoryArgs): Promise<Finding> {
  const wanted = await wantedOf(args);
  const comment = (word: string) => `directory "${path}" ${word}`;
  const make = (): void => {
    const place = openPlace(path, args.makedirs === false ? {} : { make: 0o755 });
    try {
      const current = kindAt(place);
      if (current.is === 'nothing') mkdirSync(place.at(), wanted.mode ?? 0o755);
      const now = kindAt(place);
      if (now.is === 'directory') changeOwner(place, now.st, wanted);
      fsyncSync(place.fd);
    } finally {
      place.close();
    }
  };
  const act = () => {
    make();
    return { comment: comment('was made or changed'), output: { path } };
  };
  const none: Finding = { changed: true, comment: comment('would be made'), changes: { directory: 'made' }, act };
  return within(path, none, (place): Finding => {
    const current = kindAt(place);
    if (current.is === 'nothing') return none;
    if (current.is !== 'directory') throw fail('inUse', 'no-directory', `"${path}" is a ${current.is}, not a directory`);
    const changes = differences(current.st, wanted);
    if (Object.keys(changes).length === 0) return { changed: false, comment: comment('is as it should be'), output: { path } };
    return { changed: true, comment: comment('would be changed'), changes, act };
  });
}

export interface LinkArgs {
  target: string;
  force?: boolean;
  makedirs?: boolean;
}

/** A symbolic link; it replaces another link in one step, and a file only when forced. */
export function linkFinding(path: string, { target, force = false, makedirs = false }: LinkArgs): Finding {
  const act = () => {
    within(path, undefined, (place) => putLink(place, path, target, force), makedirs ? 0o755 : undefined);
    return { comment: `link "${path}" leads to "${target}"`, output: { path, target } };
  };
  const none: Finding = { changed: true, comment: `link "${path}" would be made`, changes: { target: [null, target] }, act };
  return within(path, none, (place): Finding => {
    const current = kindAt(place);
    if (current.is === 'nothing') return none;
    const same = current.is === 'link' && current.target === target;
    if (same) return { changed: false, comment: `link "${path}" is as it should be`, output: { path, target } };
    refuseOther(current.is, path, force);
    return {
      ...none,
      comment: `link "${path}" would be changed`,
      changes: { target: [current.is === 'link' ? current.target : current.is, target] },
    };
  });
}

function refuseOther(is: string, path: string, force: boolean): void {
  if (is === 'link' || (is === 'file' && force)) return;
  throw fail('exists', 'no-link', `"${path}" is a ${is}, not a link`, {
    hint: is === 'file' ? 'say "force: true" to replace it' : 'move it away',
  });
}

function putLink(place: Place, path: string, target: string, force: boolean): void {
  const current = kindAt(place);
  if (current.is !== 'nothing') refuseOther(current.is, path, force);
  const temporary = place.at(`.${place.name.slice(0, 200)}.${Buffer.from(randomBytes(6)).toString('hex')}`);
  symlinkSync(target, temporary);
  try {
    renameSync(temporary, place.at());
  } catch (e) {
    rmSync(temporary, { force: true });
    throw e;
  }
  fsyncSync(place.fd);
}

/** Nothing at a path: what is there goes, a directory with all that is in it, but never a mount. */
export function absentFinding(path: string, mounts: () => readonly { target: string }[] = readMountTable): Finding {
  const gone: Finding = { changed: false, comment: `"${path}" is not there` };
  return within(path, gone, (place): Finding => {
    const current = kindAt(place);
    if (current.is === 'nothing') return gone;
    refuseMounts(place, path, mounts());
    const act = () => {
      within(path, undefined, (now) => {
        refuseMounts(now, path, mounts());
        removeAt(now.at(), lstatSync(now.at('.')).dev, path);
        fsyncSync(now.fd);
      });
      return { comment: `"${path}" was removed` };
    };
    return { changed: true, comment: `"${path}" would be removed`, changes: { [current.is]: 'removed' }, act };
  });
}

/** By the mount table: a bind mount of the same file system has the same number. */
function refuseMounts(place: Place, path: string, mounts: readonly { target: string }[]): void {
  const real = join(readlinkSync(`/proc/self/fd/${place.fd}`), place.name);
  const mount = mounts.find(({ target }) => isAtOrBelow(target, real));
  if (!mount) return;
  throw fail('inUse', 'mounted', `something is mounted on "${mount.target}", at or below "${path}"`, {
    hint: 'unmount it first',
  });
}

/** Each directory is held open while it is emptied, so that none can be swapped for a link meanwhile. */
function removeAt(path: string, dev: number, subject: string): void {
  const st = lstatSync(path);
  if (!st.isDirectory()) {
    unlinkSync(path);
    return;
  }
  if (st.dev !== dev)
    throw fail('inUse', 'other-file-system', `below "${subject}" another file system is mounted`, { hint: 'unmount it first' });
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    for (const name of readdirSync(`/proc/self/fd/${fd}`)) removeAt(`/proc/self/fd/${fd}/${name}`, dev, subject);
  } finally {
    closeSync(fd);
  }
  rmdirSync(path);
}
