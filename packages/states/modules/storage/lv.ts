import { fail } from '#tool/errors.js';
import { formatSize, parseSize } from '#tool/units.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';
import type { Module } from '../module.js';
import { type Group, type RunSibling, readGroup, readVolumes, runSibling, type Volume } from './dvm.js';
import { volumeOf, wait } from './vg.js';

interface VolumeArgs {
  size: string;
  pool?: string;
  type?: string;
  stripes?: number;
  mirrors?: number;
  devices?: readonly string[];
  fs?: boolean;
}

const volumeName = { type: 'string', pattern: '^[^/]+/[^/]+$' } as const;
const size = { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?[sbkmgtpeSBKMGTPE]i?[bB]?$' } as const;

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['size'],
  properties: {
    size: { ...size, description: 'how large: 10G. Larger than it is: it grows; smaller: refused' },
    pool: { type: 'string', description: 'thin pool of the group that a new one is made in' },
    type: { type: 'string', pattern: '^[a-z0-9_]+$', description: 'of a new one: raid1, raid5 …; see lv_create' },
    stripes: { type: 'integer', minimum: 1, description: 'of a new one' },
    mirrors: { type: 'integer', minimum: 0, description: 'of a new one' },
    devices: { type: 'array', items: { type: 'string', pattern: '^/dev/' }, description: 'that its extents are taken from' },
    fs: { type: 'boolean', description: 'false: what is on it does not grow with it' },
  },
} as const;

/** Volumes of a group. None is ever made smaller. */
export function lvModule(run: RunSibling = runSibling): Module {
  return builtinModule('lv', {
    present: builtinFunction<VolumeArgs>({
      summary: 'a volume of this size, active; it grows, with its file system, when the size does',
      name: volumeName,
      schema,
      look: ({ name, args }) => present(run, name, args),
    }),
    absent: builtinFunction<object>({
      summary: 'no such volume',
      name: volumeName,
      schema: { type: 'object', additionalProperties: false },
      look: ({ name }) => absent(run, name),
    }),
  });
}

async function present(run: RunSibling, name: string, args: VolumeArgs): Promise<Finding> {
  const { group, volume } = volumeOf(name);
  const [found, volumes] = await Promise.all([readGroup(run, group), readVolumes(run, group)]);
  if (!found || !volumes)
    return { changed: true, comment: `volume "${name}" would be made, in a group that is not there yet`, act: again };
  const wanted = wantedSize(args.size, found);
  const steps = stepsTo(name, wanted, args, volumes.get(volume));
  const output = { path: `/dev/dvm/${group}/${volume}`, size: wanted * 512 };
  if (steps.length === 0) return { changed: false, comment: `volume "${name}" is as it should be`, output };
  const act = async () => {
    for (const { words } of steps) await run(['dvm', ...words, ...wait, '--json']);
    return { comment: `volume "${name}": ${steps.map((s) => s.what).join(', ')}`, output };
  };
  const now = volumes.get(volume);
  const changes = { size: [now ? now.size * 512 : null, wanted * 512] };
  return { changed: true, changes, comment: `volume "${name}" would: ${steps.map((s) => s.what).join(', ')}`, act };

  function again(): never {
    throw fail('notFound', 'no-group', `volume "${name}" cannot be made: there is no group "${group}"`, {
      hint: 'bring it about before: vg.present, and require that',
    });
  }
}

/** Sectors, in whole extents. */
function wantedSize(text: string, { extentSize }: Group): number {
  return Math.ceil(parseSize(text) / extentSize) * extentSize;
}

interface Step {
  what: string;
  words: string[];
}

function stepsTo(name: string, wanted: number, args: VolumeArgs, now: Volume | undefined): Step[] {
  const { group, volume } = volumeOf(name);
  const devices = args.devices ?? [];
  if (!now) {
    const thin = ['thin', name, '--pool', args.pool ?? '', '--virtual-size', `${wanted}s`];
    const words = args.pool === undefined ? ['create', name, '--size', `${wanted}s`, ...layout(args), ...devices] : thin;
    return [{ what: `make it of ${formatSize(wanted)}`, words }];
  }
  if (wanted < now.size)
    throw fail(
      'inUse',
      'would-shrink',
      `volume "${group}/${volume}" is ${formatSize(now.size)}, larger than ${formatSize(wanted)}`,
      {
        hint: 'dvm reduce makes it smaller by hand',
      },
    );
  const up = now.active ? [] : [{ what: 'activate it', words: ['activate', name] }];
  const fs = args.fs === false ? [] : ['--fs'];
  const larger = { what: `grow it to ${formatSize(wanted)}`, words: ['extend', name, '--size', `${wanted}s`, ...fs, ...devices] };
  return wanted > now.size ? [...up, larger] : up;
}

function layout({ type, stripes, mirrors }: VolumeArgs): string[] {
  const given = { '--type': type, '--stripes': stripes, '--mirrors': mirrors };
  return Object.entries(given).flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
}

async function absent(run: RunSibling, name: string): Promise<Finding> {
  const { group, volume } = volumeOf(name);
  const volumes = await readVolumes(run, group);
  if (!volumes?.has(volume)) return { changed: false, comment: `there is no volume "${name}"` };
  const act = async () => {
    await run(['dvm', 'remove', name, ...wait, '--json']);
    return { comment: `volume "${name}" was removed` };
  };
  return { changed: true, comment: `volume "${name}" would be removed`, act };
}
