import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { randomBytes } from '#tool/crypto.js';
import type { Wanted } from './current.js';
import type { Place } from './place.js';

/**
 * Puts bytes in the place of a file, or of nothing: whoever looks sees the old or the new ones whole, also after a power cut.
 * Mode and owner that are not wanted otherwise stay what they were.
 */
export function replaceFile(place: Place, bytes: Uint8Array, st: Stats | undefined, wanted: Wanted): void {
  const temporary = place.at(`.${place.name.slice(0, 200)}.${Buffer.from(randomBytes(6)).toString('hex')}`);
  const fd = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    try {
      writeFileSync(fd, bytes);
      const [uid, gid] = [wanted.uid ?? st?.uid, wanted.gid ?? st?.gid];
      if (uid !== undefined || gid !== undefined)
        fchownSync(fd, uid ?? process.geteuid?.() ?? 0, gid ?? process.getegid?.() ?? 0);
      fchmodSync(fd, wanted.mode ?? (st ? st.mode & 0o7777 : 0o644)); // after chown, which takes set-user-id away
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, place.at());
  } catch (e) {
    rmSync(temporary, { force: true });
    throw e;
  }
  fsyncSync(place.fd);
}

/** Mode and owner alone, of a file or a directory that is there. */
export function changeOwner(place: Place, st: Stats, wanted: Wanted): void {
  const fd = openSync(place.at(), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (wanted.uid !== undefined || wanted.gid !== undefined) fchownSync(fd, wanted.uid ?? st.uid, wanted.gid ?? st.gid);
    if (wanted.mode !== undefined) fchmodSync(fd, wanted.mode);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A copy of what is replaced, beside it: `NAME.~TIME`. */
export function backUp(place: Place, time: Date): string {
  const name = `${place.name}.~${time.toISOString().replace(/[:.]/g, '')}`;
  copyFileSync(place.at(), place.at(name), constants.COPYFILE_EXCL);
  return name;
}
