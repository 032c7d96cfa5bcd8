import { createHash } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeDirectories } from '#tool/directories.js';
import { fail } from '#tool/errors.js';
import { gitOutput } from './git.js';
import type { Mirror } from './mirror.js';

interface Blob {
  path: string;
  id: string;
  executable: boolean;
}

/** Files of one commit, and bytes in all of them. */
const mostFiles = 100_000;
const mostBytes = 256 << 20;

/**
 * Writes the files of a commit below a directory, as they are in git: no checkout, so no filters, no hooks and no attributes. Links
 * and submodules are left out: nothing leads out of the directory.
 *
 * @throws DvmError `bad-tree` (exit 65), `no-directory` (exit 80)
 */
export async function writeTree({ directory, commit }: Mirror, subdirectory: string, to: string): Promise<void> {
  const blobs = await blobsOf(directory, commit, subdirectory);
  const texts = await contents(directory, blobs);
  for (const [i, { path, executable }] of blobs.entries()) {
    const file = join(to, path);
    makeDirectories(dirname(file), 0o700);
    writeFileSync(file, texts[i] ?? '', { mode: 0o600, flag: 'wx' });
    if (executable) chmodSync(file, 0o700);
  }
}

async function blobsOf(directory: string, commit: string, subdirectory: string): Promise<Blob[]> {
  const tree = subdirectory === '' ? commit : `${commit}:${subdirectory}`;
  const kind = await gitOutput(directory, ['cat-file', '-t', tree]).catch(() => Buffer.from(''));
  if (subdirectory !== '' && kind.toString().trim() !== 'tree')
    throw fail('notFound', 'no-directory', `commit ${commit} has no directory "${subdirectory}"`, {
      hint: 'look with: git ls-tree',
    });
  const out = await gitOutput(directory, ['ls-tree', '-r', '-z', '--long', '--full-tree', tree]);
  const entries = out
    .toString()
    .split('\0')
    .filter((line) => line !== '')
    .map(entryOf);
  const blobs = entries.flatMap((e) =>
    e.mode === '100644' || e.mode === '100755' ? [{ path: e.path, id: e.id, executable: e.mode === '100755' }] : [],
  );
  const bytes = entries.reduce((sum, e) => sum + e.size, 0);
  if (entries.length > mostFiles || bytes > mostBytes)
    throw bad(commit, `${entries.length} files of ${bytes} bytes are more than states may have`);
  const strange = blobs.find((blob) => !isPlain(blob.path));
  if (strange) throw bad(commit, `it has a file "${strange.path.slice(0, 100)}"`);
  return blobs;
}

function entryOf(line: string) {
  const [head = '', path = ''] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)];
  const [mode = '', , id = '', size = ''] = head.split(/ +/);
  return { mode, id, size: Number(size) || 0, path };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const odd = /[\u0000-\u001f\u007f\ufffd]/;

/** No way out of the directory, and nothing that only looks like another name. */
function isPlain(path: string): boolean {
  const parts = path.split('/');
  return path.length < 4000 && !odd.test(path) && parts.every((p) => !['', '.', '..', '.git'].includes(p.toLowerCase()));
}

function bad(commit: string, why: string) {
  return fail('badInput', 'bad-tree', `commit ${commit} cannot be used: ${why}`, {
    hint: 'put the states into a repository of their own',
  });
}

/** The contents of blobs, in their order: `git cat-file --batch` prints `ID blob SIZE`, the bytes, a newline. */
async function contents(directory: string, blobs: readonly Blob[]): Promise<Buffer[]> {
  if (blobs.length === 0) return [];
  const out = await gitOutput(directory, ['cat-file', '--batch'], { input: blobs.map((b) => `${b.id}\n`).join('') });
  let at = 0;
  return blobs.map(({ id, path }) => {
    const line = out.indexOf(0x0a, at);
    const size = Number(/^\S+ blob (\d+)$/.exec(out.subarray(at, line).toString())?.[1]);
    const content = out.subarray(line + 1, line + 1 + size);
    at = line + 2 + size;
    if (!isOf(content, id))
      throw fail('badInput', 'bad-tree', `file "${path}" of the repository is not what its name says`, {
        hint: 'remove the cache and fetch again',
      });
    return content;
  });
}

/** An object's name is the hash of it: what is used is what was signed. */
function isOf(content: Buffer, id: string): boolean {
  const hash = createHash(id.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex') === id;
}
