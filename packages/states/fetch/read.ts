import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, isSystemError } from '#tool/errors.js';
import type { Repository } from '../documents/documents.js';

const mostFiles = 100_000;
/** Bytes of a file that may hold states. */
const mostText = 32 << 20;

/**
 * Lists the files of a directory, with the text of those that may be states or data. Links are left out, as is `.git`.
 *
 * @throws DvmError `no-directory` (exit 66), `untrusted-directory` (exit 77)
 */
export function readFiles(directory: string): Repository['files'] {
  const files: Repository['files'] = [];
  const open = [''];
  for (let below = open.pop(); below !== undefined; below = open.pop())
    for (const name of entriesOf(join(directory, below))) {
      const path = below === '' ? name : `${below}/${name}`;
      const st = lstatSync(join(directory, path));
      if (st.isSymbolicLink() || name === '.git') continue;
      checkTrust(join(directory, path));
      if (st.isDirectory()) open.push(path);
      else if (st.isFile()) files.push({ path, ...textOf(join(directory, path), st.size) });
      if (files.length > mostFiles) throw fail('badInput', 'bad-tree', `"${directory}" has more than ${mostFiles} files`);
    }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function entriesOf(directory: string): string[] {
  try {
    checkTrust(directory);
    return readdirSync(directory);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('noInput', 'no-directory', `"${directory}" cannot be read: ${e.message}`, { cause: e });
  }
}

/** States run as whoever runs them: nobody else may have written them, but root. */
function checkTrust(path: string): void {
  const st = lstatSync(path);
  const me = process.geteuid?.() ?? 0;
  const why =
    st.uid !== 0 && st.uid !== me
      ? `belongs to user ${st.uid}`
      : (st.mode & 0o002) !== 0
        ? 'is writable by everybody'
        : undefined;
  if (why !== undefined)
    throw fail('permission', 'untrusted-directory', `"${path}" ${why}`, { hint: 'chown it, and chmod o-w it' });
}

function textOf(file: string, size: number): { text?: string } {
  if (!/\.(ya?ml|json|sls)$/.test(file) || size > mostText) return {};
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { text } : {};
}
