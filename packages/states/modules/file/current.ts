import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { fail, isSystemError } from '#tool/errors.js';
import { findGroup, findUser } from '../system/users.js';
import type { Place } from './place.js';

/** What is at a place now. */
export type Current =
  | { is: 'nothing' }
  | { is: 'file'; st: Stats; bytes: Buffer }
  | { is: 'directory' | 'other'; st: Stats }
  | { is: 'link'; target: string };

/** Files that are larger are not managed. */
const largest = 64 << 20;

/** @throws DvmError `too-large` (exit 65) */
export function currentAt(place: Place, path: string): Current {
  const kind = kindAt(place);
  return kind.is === 'file' ? readAt(place, path) : kind;
}

/** As `currentAt`, without what a file has in it, which may be of any size. */
export function kindAt(place: Place): Exclude<Current, { is: 'file' }> | { is: 'file' } {
  const st = statOf(place);
  if (!st) return { is: 'nothing' };
  if (st.isSymbolicLink()) return { is: 'link', target: readlinkSync(place.at()) };
  if (st.isDirectory()) return { is: 'directory', st };
  return st.isFile() ? { is: 'file' } : { is: 'other', st };
}

function statOf(place: Place): Stats | undefined {
  try {
    return lstatSync(place.at());
  } catch (e) {
    if (isSystemError(e) && e.code === 'ENOENT') return undefined;
    throw e;
  }
}

function readAt(place: Place, path: string): Current {
  const fd = openSync(place.at(), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const st = fstatSync(fd);
    if (st.size > largest) throw fail('badInput', 'too-large', `file "${path}" has ${st.size} bytes, more than ${largest}`);
    return { is: 'file', st, bytes: readFileSync(fd) };
  } finally {
    closeSync(fd);
  }
}

/** What a state says of mode and owner. */
export interface Wanted {
  mode?: number;
  uid?: number;
  gid?: number;
}

export interface OwnerArgs {
  mode?: string;
  user?: string | number;
  group?: string | number;
}

export const ownerProperties = {
  mode: { type: 'string', pattern: '^[0-7]{3,4}$', description: 'permissions, octal, in quotes' },
  user: { type: ['string', 'integer'], description: 'owner, by name or number' },
  group: { type: ['string', 'integer'], description: 'group, by name or number; of a user without one, its own' },
} as const;

export async function wantedOf({ mode, user, group }: OwnerArgs): Promise<Wanted> {
  const owner = user === undefined ? undefined : await findUser(user);
  const gid = group === undefined ? owner?.gid : await findGroup(group);
  return {
    ...(mode !== undefined && { mode: Number.parseInt(mode, 8) }),
    ...(owner && { uid: owner.uid }),
    ...(gid !== undefined && { gid }),
  };
}

/** What of mode and owner is not as wanted: name → [now, wanted]. */
export function differences(st: Stats | undefined, wanted: Wanted): Record<string, [string | number | null, string | number]> {
  const octal = (mode: number): string => `0${(mode & 0o7777).toString(8)}`;
  const out: Record<string, [string | number | null, string | number]> = {};
  if (wanted.mode !== undefined && (st?.mode ?? -1) !== -1 && ((st?.mode ?? 0) & 0o7777) !== wanted.mode)
    out.mode = [octal(st?.mode ?? 0), octal(wanted.mode)];
  if (st && wanted.uid !== undefined && st.uid !== wanted.uid) out.uid = [st.uid, wanted.uid];
  if (st && wanted.gid !== undefined && st.gid !== wanted.gid) out.gid = [st.gid, wanted.gid];
  return out;
}
