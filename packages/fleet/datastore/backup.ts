import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Etcd } from '#etcd/client.js';
import { snapshot } from '#etcd/cluster.js';
import { fail } from '#tool/errors.js';

/** etcd ends a snapshot with the SHA-256 of what is before it. */
const digest = 32;

/**
 * Writes all that etcd holds to a file, which is there in whole and on disk, or not at all.
 *
 * @returns its length in bytes
 * @throws DvmError `bad-snapshot` (exit 74) its digest is not that of its content; as `Etcd.ask`
 */
export async function backUp(pieces: AsyncIterable<Uint8Array>, path: string): Promise<number> {
  const beside = join(dirname(path), `.${basename(path)}.tmp`);
  const file = await open(beside, 'w', 0o600);
  try {
    const length = await write(file, pieces, path);
    await file.sync();
    await rename(beside, path);
    const directory = await open(dirname(path), 'r');
    await directory.sync().finally(() => directory.close());
    return length;
  } catch (e) {
    rmSync(beside, { force: true });
    throw e;
  } finally {
    await file.close();
  }
}

async function write(file: FileHandle, pieces: AsyncIterable<Uint8Array>, path: string): Promise<number> {
  const hash = createHash('sha256');
  let tail = Buffer.alloc(0);
  let length = 0;
  for await (const piece of pieces) {
    await file.appendFile(piece); // all of it: a write may do less
    const all = Buffer.concat([tail, piece]);
    hash.update(all.subarray(0, Math.max(0, all.length - digest)));
    tail = all.subarray(Math.max(0, all.length - digest));
    length += piece.length;
  }
  if (length > digest && hash.digest().equals(tail)) return length;
  throw fail('io', 'bad-snapshot', `the snapshot for "${path}" came broken: ${length} bytes, and its digest is another`);
}

/** Of the backups in a directory, named by their time, all but the newest go. */
export function prune(directory: string, keep: number): void {
  const old = readdirSync(directory)
    .filter((f) => pattern.test(f))
    .sort()
    .slice(0, -keep);
  for (const file of old) rmSync(join(directory, file), { force: true });
}

const pattern = /^datastore-(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\dZ)\.db$/;

export function backupName(time: Date): string {
  return `datastore-${time.toISOString().replaceAll(':', '-').replace(/\.\d+/, '')}.db`;
}

/** When a backup of that name was begun, in milliseconds since 1970; undefined for other names. */
export function backupTime(name: string): number | undefined {
  const [, day, hours, minutes, seconds] = pattern.exec(name) ?? [];
  return day === undefined ? undefined : Date.parse(`${day}${hours}:${minutes}:${seconds}`);
}

/** A snapshot as it comes; a member that stalls ends it. */
export function pieces(etcd: Etcd): AsyncIterable<Buffer> {
  return snapshot(etcd, AbortSignal.timeout(600_000));
}
