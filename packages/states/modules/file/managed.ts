import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { sha256 } from '#tool/crypto.js';
import { fail, isSystemError } from '#tool/errors.js';
import type { Finding } from '../builtin.js';
import { type Current, currentAt, differences, type OwnerArgs, ownerProperties, type Wanted, wantedOf } from './current.js';
import { unifiedDiff } from './diff.js';
import { openPlace, type Place } from './place.js';
import { backUp, changeOwner, replaceFile } from './write.js';

export interface WriteArgs extends OwnerArgs {
  makedirs?: boolean;
  backup?: boolean;
  show_diff?: boolean;
  follow?: boolean;
}

export const writeProperties = {
  ...ownerProperties,
  makedirs: { type: 'boolean', description: 'make directories on the way that are missing' },
  backup: { type: 'boolean', description: 'keep a copy of what is replaced beside it' },
  show_diff: { type: 'boolean', description: 'false: do not show what changes' },
  follow: { type: 'boolean', description: 'a link at the end of the path is followed' },
} as const;

export interface ManagedArgs extends WriteArgs {
  content?: string;
  source?: string;
}

/** Bytes that a file is to have; undefined: those that it has. */
export function contentOf({ content, source }: ManagedArgs): Buffer | undefined {
  if (content !== undefined && source !== undefined)
    throw fail('badInput', 'two-contents', 'a file has "content" or "source", not both');
  if (content !== undefined) return Buffer.from(content);
  if (source === undefined) return undefined;
  try {
    return readFileSync(source);
  } catch (e) {
    if (!isSystemError(e)) throw e;
    throw fail('notFound', 'no-source', `source "${source}" cannot be read: ${e.code}`, { cause: e });
  }
}

/** What is to be done for a file to have what `edit` makes of its bytes (undefined of none), and mode and owner. */
export async function fileFinding(path: string, args: WriteArgs, edit: (bytes: Buffer | undefined) => Buffer): Promise<Finding> {
  const wanted = await wantedOf(args).catch((e: unknown) => e as Error);
  const look = (): [Finding, Buffer] => withPlace(path, args, (place) => found(place, path, args, wanted, edit));
  if (!existsSync(path) && !hasParent(path)) return unseen(path, args, wanted, edit);
  const [finding] = look();
  if (!finding.changed) return finding;
  return { ...finding, act: () => write(path, args, wanted, edit) };
}

function hasParent(path: string): boolean {
  return existsSync(path.slice(0, path.lastIndexOf('/')) || '/');
}

/** Its directory may come with an earlier state, or be made. */
function unseen(path: string, args: WriteArgs, wanted: Wanted | Error, edit: (bytes: Buffer | undefined) => Buffer): Finding {
  const bytes = edit(undefined);
  const comment = `file "${path}" would be made${args.makedirs ? '' : ', in a directory that is not there yet'}`;
  return { changed: true, comment, ...diffOf(path, args, undefined, bytes), act: () => write(path, args, wanted, edit) };
}

type Edit = (bytes: Buffer | undefined) => Buffer;

function withPlace<T>(path: string, { makedirs, follow }: WriteArgs, work: (place: Place) => T, make = false): T {
  const place = openPlace(path, { ...(make && makedirs && { make: 0o755 }), ...(follow && { follow }) });
  try {
    return work(place);
  } finally {
    place.close();
  }
}

function fileAt(place: Place, path: string): Extract<Current, { is: 'file' | 'nothing' }> {
  const current = currentAt(place, path);
  if (current.is === 'link')
    throw fail('inUse', 'is-link', `"${path}" is a link to "${current.target}"`, {
      hint: 'name that path, or say "follow: true"',
    });
  if (current.is === 'file' || current.is === 'nothing') return current;
  throw fail('inUse', 'no-file', `"${path}" is ${current.is === 'directory' ? 'a directory' : 'no regular file'}`);
}

function found(place: Place, path: string, args: WriteArgs, wanted: Wanted | Error, edit: Edit): [Finding, Buffer] {
  const current = fileAt(place, path);
  const [before, st] = current.is === 'file' ? [current.bytes, current.st] : [undefined, undefined];
  const bytes = edit(before);
  const owner = differences(st, wanted instanceof Error ? {} : wanted);
  const same = before?.equals(bytes) === true;
  const changed = !same || Object.keys(owner).length > 0 || wanted instanceof Error;
  const comment = !before
    ? `file "${path}" would be made`
    : changed
      ? `file "${path}" would be changed`
      : `file "${path}" is as it should be`;
  const output = changed ? {} : { output: outputOf(path, bytes) };
  const changes = changed ? { changes: { ...owner, ...(!same && { content: before ? 'changed' : 'made' }) } } : {};
  return [{ changed, comment, ...changes, ...(same ? {} : diffOf(path, args, before, bytes)), ...output }, bytes];
}

/** Looked at once more: an earlier look may have been without an owner who is there by now. */
function write(path: string, args: WriteArgs, wanted: Wanted | Error, edit: Edit) {
  if (wanted instanceof Error) throw wanted;
  return withPlace(
    path,
    args,
    (place) => {
      const current = fileAt(place, path);
      const [before, st] = current.is === 'file' ? [current.bytes, current.st] : [undefined, undefined];
      const bytes = edit(before);
      const kept = before && args.backup ? { backup: backUp(place, new Date()) } : {};
      if (before?.equals(bytes) && st) changeOwner(place, st, wanted);
      else replaceFile(place, bytes, st, wanted);
      return { comment: `file "${path}" was ${before ? 'changed' : 'made'}`, output: { ...outputOf(path, bytes), ...kept } };
    },
    true,
  );
}

function outputOf(path: string, bytes: Uint8Array) {
  return { path, size: bytes.length, sha256: sha256(bytes).toString('hex') };
}

function diffOf(path: string, { show_diff = true }: WriteArgs, before: Buffer | undefined, after: Buffer): { diff?: string } {
  if (!show_diff) return {};
  if (!isUtf8(after) || (before && !isUtf8(before))) return { diff: `binary file ${path} changes\n` };
  return { diff: unifiedDiff(path, before?.toString(), after.toString()) };
}
