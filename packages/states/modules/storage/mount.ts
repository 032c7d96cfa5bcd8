import { existsSync, readFileSync } from 'node:fs';
import { readMountTable } from '#blockdev/mounts.js';
import { deviceAt } from '#blockdev/sysfs.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import { fail } from '#tool/errors.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import { fileFinding } from '../file/managed.js';
import { directoryFinding } from '../file/other.js';

interface MountArgs {
  device: string;
  fstype: string;
  options?: readonly string[];
  persist?: boolean;
}

const table = '/etc/fstab';
const name = { type: 'string', pattern: '^/[^\\s]*[^/\\s]$' } as const;

/** What is mounted, now and, in fstab(5), after the next start. */
export const mount = builtinModule('mount', {
  mounted: builtinFunction<MountArgs>({
    summary: 'a device that is mounted here, and in fstab',
    name,
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['device', 'fstype'],
      properties: {
        device: { type: 'string', pattern: '^/dev/[^\\s]+$', description: 'the device, or a link to it' },
        fstype: { type: 'string', pattern: '^[a-z0-9]+$', description: 'type of its file system' },
        options: { type: 'array', items: { type: 'string', pattern: '^[^,\\s]+$' }, description: 'of mount(8)' },
        persist: { type: 'boolean', description: 'false: not in fstab' },
      },
    },
    look: ({ name: path, args }) => mounted(path, args),
  }),
  unmounted: builtinFunction<object>({
    summary: 'nothing mounted here, nor in fstab',
    name,
    schema: { type: 'object', additionalProperties: false },
    look: ({ name: path }) => unmounted(path),
  }),
});

async function mounted(path: string, { device, fstype, options = [], persist = true }: MountArgs): Promise<Finding> {
  const line = `${device} ${path} ${fstype} ${options.join(',') || 'defaults'} 0 0`;
  const kept = persist ? await fstab(path, line) : undefined;
  const isMounted = deviceAt(device) !== undefined && topmost(path) === deviceAt(device);
  const steps = [...(isMounted ? [] : ['mount']), ...(kept?.changed ? ['fstab'] : [])];
  const output = { path, device };
  if (steps.length === 0) return { changed: false, comment: `"${device}" is mounted on "${path}"`, output };
  const act = async () => {
    if (!isMounted) await mountNow(path, device, fstype, options);
    await kept?.act?.();
    return { comment: `"${device}" was mounted on "${path}"`, output };
  };
  const diff = kept?.diff === undefined ? {} : { diff: kept.diff };
  return {
    changed: true,
    changes: { steps },
    ...diff,
    comment: `"${device}" would be mounted on "${path}" (${steps.join(', ')})`,
    act,
  };
}

/** `major:minor` of what is mounted on a path, the topmost. */
function topmost(path: string): string | undefined {
  return readMountTable().findLast((m) => m.target === path)?.dev;
}

async function mountNow(path: string, device: string, fstype: string, options: readonly string[]): Promise<void> {
  if (deviceAt(device) === undefined)
    throw fail('notFound', 'no-device', `"${device}" is no block device`, { hint: 'bring it about before, and require that' });
  if (topmost(path) !== undefined)
    throw fail('inUse', 'mounted-already', `something else is mounted on "${path}"`, { hint: `umount ${path}` });
  if (!existsSync(path)) await (await directoryFinding(path, {})).act?.();
  const flags = options.length > 0 ? ['-o', options.join(',')] : [];
  await runSystemProgram({ name: 'mount', from: 'mount', args: ['-t', fstype, ...flags, '--', device, path] });
}

async function unmounted(path: string): Promise<Finding> {
  const kept = await fstab(path, undefined);
  const isMounted = topmost(path) !== undefined;
  if (!isMounted && !kept.changed) return { changed: false, comment: `nothing is mounted on "${path}"` };
  const act = async () => {
    if (isMounted) await runSystemProgram({ name: 'umount', from: 'mount', args: ['--', path] });
    await kept.act?.();
    return { comment: `"${path}" was unmounted` };
  };
  return { changed: true, ...(kept.diff !== undefined && { diff: kept.diff }), comment: `"${path}" would be unmounted`, act };
}

/** The table with this line for a mount point, or without any. */
async function fstab(path: string, line: string | undefined): Promise<Finding> {
  if (!existsSync(table) && line === undefined) return { changed: false, comment: '' };
  const text = existsSync(table) ? readFileSync(table, 'utf8') : '';
  return fileFinding(table, {}, (bytes) => Buffer.from(withMount(bytes?.toString() ?? text, path, line)));
}

/** Pure. A line that says the same in other blanks stays as it is. */
export function withMount(text: string, path: string, line: string | undefined): string {
  const words = (l: string): string[] => l.trim().split(/\s+/);
  const isOfPath = (l: string): boolean => !l.trim().startsWith('#') && words(l)[1] === path;
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const first = lines.findIndex(isOfPath);
  const same = line !== undefined && lines.filter(isOfPath).length === 1 && words(lines[first] ?? '').join(' ') === line;
  if (same) return text;
  const others = lines.filter((l) => !isOfPath(l));
  const at = first < 0 ? others.length : lines.slice(0, first).filter((l) => !isOfPath(l)).length;
  return others
    .toSpliced(at, 0, ...(line === undefined ? [] : [line]))
    .map((l) => `${l}\n`)
    .join('');
}
