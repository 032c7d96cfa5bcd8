import { readSignatures } from '#blockdev/signatures.js';
import { deviceAt } from '#blockdev/sysfs.js';
import { runSystemProgram } from '#blockdev/system-program.js';
import { fail } from '#tool/errors.js';
import { builtinFunction, builtinModule, type Finding } from '../builtin.js';

const types = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'swap'] as const;

interface FormatArgs {
  type: (typeof types)[number];
  label?: string;
}

const makers: Readonly<Record<FormatArgs['type'], { name: string; from: string; args: readonly string[] }>> = {
  ext2: { name: 'mkfs.ext2', from: 'e2fsprogs', args: ['-q', '-F'] },
  ext3: { name: 'mkfs.ext3', from: 'e2fsprogs', args: ['-q', '-F'] },
  ext4: { name: 'mkfs.ext4', from: 'e2fsprogs', args: ['-q', '-F'] },
  xfs: { name: 'mkfs.xfs', from: 'xfsprogs', args: ['-q'] },
  btrfs: { name: 'mkfs.btrfs', from: 'btrfs-progs', args: ['-q'] },
  swap: { name: 'mkswap', from: 'util-linux', args: [] },
};

/** File systems on devices. A device that carries anything at all is never formatted. */
export const fs = builtinModule('fs', {
  formatted: builtinFunction<FormatArgs>({
    summary: 'a file system, or swap area, of this type on a device; one that carries something else is refused',
    name: { type: 'string', pattern: '^/dev/' },
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['type'],
      properties: {
        type: { enum: types },
        label: { type: 'string', pattern: '^[A-Za-z0-9_.+-]{1,12}$', description: 'of a new one' },
      },
    },
    look: ({ name, args }) => formatted(name, args),
  }),
});

async function formatted(device: string, { type, label }: FormatArgs): Promise<Finding> {
  const make = async () => {
    if (await isThere(device, type)) return { comment: `"${device}" carries ${type}` };
    const { name, from, args } = makers[type];
    await runSystemProgram({ name, from, args: [...args, ...(label === undefined ? [] : ['-L', label]), device] });
    return { comment: `${type} was made on "${device}"`, output: { device, type } };
  };
  const due: Finding = {
    changed: true,
    changes: { type: [null, type] },
    comment: `${type} would be made on "${device}"`,
    act: make,
  };
  if (deviceAt(device) === undefined) return { ...due, comment: `${due.comment}, which is not there yet` };
  return (await isThere(device, type))
    ? { changed: false, comment: `"${device}" carries ${type}`, output: { device, type } }
    : due;
}

/** @throws DvmError `no-device` (exit 80), `carries-other` (exit 83) */
async function isThere(device: string, type: string): Promise<boolean> {
  if (deviceAt(device) === undefined)
    throw fail('notFound', 'no-device', `"${device}" is no block device`, {
      hint: 'bring it about before: lv.present, and require that',
    });
  const found = [...new Set((await readSignatures(device)).map((s) => s.type))];
  if (found.length === 0) return false;
  if (found.length === 1 && found[0] === type) return true;
  throw fail('inUse', 'carries-other', `"${device}" carries ${found.join(' and ')}, not ${type}`, {
    hint: 'nothing is formatted over: wipefs erases it by hand',
  });
}
