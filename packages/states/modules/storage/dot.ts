import { readMountTable } from '#blockdev/mounts.js';
import { DvmError } from '#tool/errors.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import type { Module } from '../module.js';
import { type RunSibling, runSibling } from './dvm.js';

interface PresentArgs {
  group: string;
  pool?: string;
  size?: string;
  fs?: string;
}

interface MountedArgs {
  group: string;
  dot: string;
}

const group = { type: 'string', minLength: 1, description: 'the group that it is in' } as const;
const dotName = { type: 'string', pattern: '^[a-z0-9][A-Za-z0-9_./@-]*$' } as const;

/** Dots: versioned volumes. */
export function dotModule(run: RunSibling = runSibling): Module {
  return builtinModule('dot', {
    present: builtinFunction<PresentArgs>({
      summary: 'a dot, empty when it is new',
      name: dotName,
      schema: {
        type: 'object',
        additionalProperties: false,
        required: ['group'],
        properties: {
          group,
          pool: { type: 'string', description: 'the thin pool of a new one' },
          size: { type: 'string', pattern: '^[0-9]', description: 'what a new one may come to hold' },
          fs: { enum: ['ext4', 'xfs', 'btrfs'], description: 'file system of a new one' },
        },
      },
      look: ({ name, args }) => present(run, name, args),
    }),
    mounted: builtinFunction<MountedArgs>({
      summary: 'a dot that is mounted here',
      name: { type: 'string', pattern: '^/' },
      schema: {
        type: 'object',
        additionalProperties: false,
        required: ['group', 'dot'],
        properties: { group, dot: { ...dotName, description: 'which, with its branch or subdot' } },
      },
      look: ({ name, args }) => mounted(run, name, args),
    }),
  });
}

async function present(run: RunSibling, name: string, { group, ...more }: PresentArgs): Promise<Finding> {
  if (await exists(run, name, group)) return { changed: false, comment: `dot "${name}" is there`, output: { dot: name, group } };
  const flags = Object.entries(more).flatMap(([key, value]) => [`--${key}`, value]);
  const act = async () => {
    await run(['dot', 'init', name, '--group', group, ...flags, '--json']);
    return { comment: `dot "${name}" was made`, output: { dot: name, group } };
  };
  return { changed: true, comment: `dot "${name}" would be made in group "${group}"`, act };
}

async function exists(run: RunSibling, name: string, group: string): Promise<boolean> {
  try {
    await run(['dot', 'show', name, '--group', group, '--json']);
    return true;
  } catch (e) {
    if (e instanceof DvmError && (e.code === 'no-dot' || e.code === 'no-group')) return false;
    throw e;
  }
}

/** `dot mount` leaves alone what is so already; whether anything is mounted is seen before. */
async function mounted(run: RunSibling, path: string, { group, dot }: MountedArgs): Promise<Finding> {
  const output = { path, dot };
  if (readMountTable().some((m) => m.target === path)) return { changed: false, comment: `"${path}" is mounted`, output };
  const act = async () => {
    await run(['dot', 'mount', dot, path, '--group', group, '--json']);
    return { comment: `dot "${dot}" was mounted on "${path}"`, output };
  };
  return { changed: true, comment: `dot "${dot}" would be mounted on "${path}"`, act };
}
