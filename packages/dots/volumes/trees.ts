import { type BigIntStats, closeSync, lstatSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** What two trees of files differ in, as paths below them, sorted. */
export interface TreeDifference {
  added: string[];
  changed: string[];
  removed: string[];
}

const chunk = 1 << 20;

/**
 * Compares two trees: names, kinds, modes, owners, times of change, sizes, contents. A file whose size and times are the same is
 * taken for the same without reading it; one device cannot have both, so a copy of the file system has the same times.
 *
 * @param strict also names what only changed in something that is not looked at, like extended attributes: its time of change tells
 */
export function compareTrees(before: string, after: string, strict = false): TreeDifference {
  const found: TreeDifference = { added: [], changed: [], removed: [] };
  compareDirectories({ before, after, strict }, '', found);
  for (const list of Object.values(found)) list.sort();
  return found;
}

export function isSame({ added, changed, removed }: TreeDifference): boolean {
  return added.length + changed.length + removed.length === 0;
}

interface Trees {
  before: string;
  after: string;
  strict: boolean;
}

function compareDirectories(trees: Trees, path: string, found: TreeDifference): void {
  const { before, after } = trees;
  const [old, now] = [readdirSync(join(before, path)), readdirSync(join(after, path))];
  const [had, has] = [new Set(old), new Set(now)];
  for (const name of old) if (!has.has(name)) everythingIn(before, join(path, name), found.removed);
  for (const name of now) {
    const at = join(path, name);
    if (!had.has(name)) everythingIn(after, at, found.added);
    else compareOne(trees, at, found);
  }
}

function everythingIn(root: string, path: string, list: string[]): void {
  list.push(path);
  if (lstatSync(join(root, path)).isDirectory())
    for (const name of readdirSync(join(root, path))) everythingIn(root, join(path, name), list);
}

function compareOne(trees: Trees, path: string, found: TreeDifference): void {
  const { before, after, strict } = trees;
  const [old, now] = [join(before, path), join(after, path)];
  const [a, b] = [lstatSync(old, { bigint: true }), lstatSync(now, { bigint: true })];
  if (a.isDirectory() && b.isDirectory()) {
    // names that came and went change both times of a directory: attributes one alone
    const touched = strict && a.ctimeNs !== b.ctimeNs && a.mtimeNs === b.mtimeNs;
    if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid || touched) found.changed.push(path);
    compareDirectories(trees, path, found);
  } else if (differ(a, b, old, now) || (strict && a.ctimeNs !== b.ctimeNs)) found.changed.push(path);
}

function differ(a: BigIntStats, b: BigIntStats, old: string, now: string): boolean {
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid || a.rdev !== b.rdev) return true;
  if (a.isSymbolicLink()) return readlinkSync(old) !== readlinkSync(now);
  if (!a.isFile()) return false;
  if (a.size !== b.size || a.mtimeNs !== b.mtimeNs) return true;
  return a.ctimeNs !== b.ctimeNs && !sameContent(old, now);
}

function sameContent(old: string, now: string): boolean {
  const [a, b] = [Buffer.allocUnsafe(chunk), Buffer.allocUnsafe(chunk)];
  const files: number[] = [];
  try {
    files.push(openSync(old, 'r'));
    files.push(openSync(now, 'r'));
    const [one = -1, other = -1] = files;
    for (;;) {
      const read = readSync(one, a, 0, chunk, null);
      if (readSync(other, b, 0, chunk, null) !== read || a.compare(b, 0, read, 0, read) !== 0) return false;
      if (read === 0) return true;
    }
  } finally {
    for (const fd of files) closeSync(fd);
  }
}
