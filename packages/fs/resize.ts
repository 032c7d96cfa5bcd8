import { mkdtempSync, rmdirSync } from 'node:fs';
import type { FromSchema } from 'json-schema-to-ts';
import { runSystemProgram } from '#blockdev/system-program.js';
import { fail } from '#tool/errors.js';
import { formatSize, SECTOR, type Sectors } from '#tool/units.js';
import type { fsResultSchema } from './fs.schema.js';
import { probe } from './probe.js';
import { type FileSystem, MOUNT, type Resizing, stepsTo } from './steps.js';

export type FsResult = FromSchema<typeof fsResultSchema>;

export interface ResizeRequest {
  volume: string;
  path: string;
  /** What the volume has, or is to have. */
  size: Sectors;
  /** Only say what would be done. */
  dryRun: boolean;
  /** Refuse to go on unless the file system fits already; change nothing. */
  check: boolean;
}

/**
 * Fits the file system on a volume to the volume's size. What is killed half way is finished by the next run: e2fsck comes
 * first, and the other file systems keep their own journals.
 *
 * @throws DvmError as `probe` and `stepsTo`; `file-system-larger` (exit 83) for a check
 */
export async function resizeFileSystem({ volume, path, size, dryRun, check }: ResizeRequest): Promise<FsResult> {
  const fs = await probe(volume, path);
  const base = { kind: 'fs-result', version: 1, volume, path } as const;
  if (!fs) return { ...base, type: null, action: 'none', from: size, to: size, done: false };
  if (check) checkFits(fs, size);
  const { action, ...rest }: Resizing = check ? { action: 'none', steps: [], mountFirst: false } : stepsTo(fs, size * SECTOR);
  const done = !dryRun && action !== 'none';
  if (done) await run(fs, rest);
  const mounted = fs.mountedOn === undefined ? {} : { mountedOn: fs.mountedOn };
  return {
    ...base,
    type: fs.type,
    action,
    from: fs.size / SECTOR,
    to: action === 'none' ? fs.size / SECTOR : size,
    ...mounted,
    done,
  };
}

function checkFits(fs: FileSystem, size: Sectors): void {
  if (fs.size <= size * SECTOR) return;
  const [has, left] = [formatSize(fs.size / SECTOR), formatSize(size)];
  throw fail('inUse', 'file-system-larger', `${fs.type} on volume "${fs.volume}" has ${has}, and ${left} would be left for it`, {
    hint: 'make it smaller in the same go with --fs, or cut it off with --force',
  });
}

async function run(fs: FileSystem, { steps, mountFirst }: Omit<Resizing, 'action'>): Promise<void> {
  const work = async (mount: string): Promise<void> => {
    for (const { program, args, from, success } of steps)
      await runSystemProgram({
        name: program,
        args: args.map((a) => (a === MOUNT ? mount : a)),
        from,
        ...(success ? { success } : {}),
      });
  };
  if (mountFirst) await mounted(fs, work);
  else await work(fs.mountedOn ?? '');
}

/** Mounted where nobody else looks, for as long as the work takes. */
async function mounted(fs: FileSystem, work: (mount: string) => Promise<void>): Promise<void> {
  const mount = mkdtempSync('/run/dvm-fs-');
  try {
    const args = ['-t', fs.type, '-o', 'nosuid,nodev,noexec', '--', fs.path, mount];
    await runSystemProgram({ name: 'mount', args, from: 'mount' });
    try {
      await work(mount);
    } finally {
      await runSystemProgram({ name: 'umount', args: [mount], from: 'mount' });
    }
  } finally {
    rmdirSync(mount);
  }
}
