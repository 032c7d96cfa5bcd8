import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { fail } from '#tool/errors.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import { ownerProperties } from './current.js';
import { type BlockArgs, type LineArgs, withBlock, withLine } from './edit.js';
import { contentOf, fileFinding, type ManagedArgs, type WriteArgs, writeProperties } from './managed.js';
import { absentFinding, type DirectoryArgs, directoryFinding, type LinkArgs, linkFinding } from './other.js';

const text = (description: string) => ({ type: 'string', description }) as const;
const flag = (description: string) => ({ type: 'boolean', description }) as const;
const presence = { enum: ['present', 'absent'] } as const;
const name = { type: 'string', pattern: '^/' } as const;
const object = <P>(properties: P, required: readonly string[] = []) =>
  ({ type: 'object', additionalProperties: false, required, properties }) as const;

const { mode: permissions, ...withoutMode } = writeProperties;

/** Files, directories and links. No link is followed that others than root could have made. */
export const file = builtinModule('file', {
  managed: builtinFunction<ManagedArgs>({
    summary: 'a file with this content, mode and owner',
    name,
    schema: object({
      ...writeProperties,
      content: text('what is in it'),
      source: { type: 'string', pattern: '^/', description: 'path of a file on this node with what is in it' },
    }),
    look: ({ name: path, args }) => fileFinding(path, args, (bytes) => contentOf(args) ?? bytes ?? Buffer.alloc(0)),
  }),
  directory: builtinFunction<DirectoryArgs>({
    summary: 'a directory with this mode and owner',
    name,
    schema: object({ ...ownerProperties, makedirs: flag('false: those above it must be there') }),
    look: ({ name: path, args }) => directoryFinding(path, args),
  }),
  symlink: builtinFunction<LinkArgs>({
    summary: 'a symbolic link',
    name,
    schema: object(
      {
        target: { type: 'string', minLength: 1, description: 'where it leads' },
        force: flag('replace a file that is there'),
        makedirs: flag('make directories on the way that are missing'),
      },
      ['target'],
    ),
    look: ({ name: path, args }) => linkFinding(path, args),
  }),
  absent: builtinFunction<object>({
    summary: 'nothing at this path',
    name,
    schema: object({}),
    look: ({ name: path }) => absentFinding(path),
  }),
  line: builtinFunction<WriteArgs & LineArgs & { permissions?: string }>({
    summary: 'a file with this line in it, or without it',
    name,
    schema: object(
      {
        ...withoutMode,
        permissions,
        line: { type: 'string', pattern: '^[^\\n]*$', description: 'the line' },
        match: text('regular expression of lines that it replaces'),
        mode: presence,
        after: text('regular expression of the line to put it after'),
        before: text('regular expression of the line to put it before'),
      },
      ['line'],
    ),
    look: ({ name: path, args: { permissions: mode, ...args } }) =>
      edited(path, owned(args, mode), args.mode, (text) => withLine(text, args)),
  }),
  block: builtinFunction<WriteArgs & BlockArgs & { permissions?: string }>({
    summary: 'a file with this block of lines between two marks',
    name,
    schema: object(
      {
        ...withoutMode,
        permissions,
        content: text('the lines'),
        start: text('line before it'),
        end: text('line after it'),
        mode: presence,
      },
      ['content'],
    ),
    look: ({ name: path, args: { permissions: mode, ...args } }) =>
      edited(path, owned(args, mode), args.mode, (text) => withBlock(text, args)),
  }),
});

/** A file whose lines are changed. Nothing is to be taken out of one that is not there. */
async function edited(path: string, args: WriteArgs, mode: LineArgs['mode'], edit: (text: string) => string): Promise<Finding> {
  if (mode === 'absent' && !existsSync(path)) return { changed: false, comment: `file "${path}" is not there` };
  return fileFinding(path, args, (bytes = Buffer.alloc(0)) => {
    if (!isUtf8(bytes))
      throw fail('badInput', 'not-text', `file "${path}" is no text in UTF-8`, { hint: 'say all of it: file.managed' });
    return Buffer.from(edit(bytes.toString()));
  });
}

/** `mode` of line and block is whether they are to be there. */
function owned(
  { user, group, makedirs, backup, show_diff, follow }: Omit<WriteArgs, 'mode'>,
  mode: string | undefined,
): WriteArgs {
  const given = { mode, user, group, makedirs, backup, show_diff, follow };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
