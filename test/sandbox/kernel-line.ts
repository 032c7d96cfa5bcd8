import { parseSize, SECTOR } from '#tool/units.js';
import { type Disk, defaultKernel, type SandboxOptions } from './options.js';

/** Disks a guest kernel can have: one letter each of /dev/ubda … /dev/ubdp. */
const MAX_DISKS = 16;

/** The guest kernel's command line. `work` is the guest's work directory on the host, a path without blanks. */
export function kernelLine(work: string, options: SandboxOptions): string[] {
  return [
    (options.kernel ?? defaultKernel).path,
    'umid=u',
    `uml_dir=${work}`,
    `mem=${options.memory ?? '1G'}`,
    ...['rootfstype=hostfs', 'rootflags=/', 'ro', `init=${work}/init`, `SANDBOX_JOB=${work}`],
    'devtmpfs.mount=0', // it would hide a work directory below /dev; init mounts it
    ...consoles(options.terminal ?? false),
    ...['quiet', 'lpj=10000000', 'pty.legacy_count=0'], // no calibration of the delay loop, no 512 terminals: 0.2 s
    ...diskArguments(work, options.disks ?? []),
    ...(options.ramDisks ? ramDiskParameters(options.ramDisks).map((p) => `brd.${p}`) : []),
    ...(options.kernelArguments ?? []),
  ];
}

/** Where a disk's image is found from the work directory; a link when it lies elsewhere, for paths there know no commas. */
export function diskFile(work: string, index: number): string {
  return `${work}/disk${index}`;
}

/** Parameters of the RAM disk module, here and when it is loaded. */
export function ramDiskParameters({ count, size }: { count: number; size: string }): string[] {
  return [`rd_nr=${count}`, `rd_size=${(parseSize(size) * SECTOR) / 1024}`];
}

function consoles(terminal: boolean): string[] {
  if (terminal) return ['con=null', 'con0=fd:0,fd:1', 'con1=null,fd:2', 'console=tty1'];
  return ['con=null', 'con0=null,fd:1'];
}

function diskArguments(work: string, disks: Disk[]): string[] {
  if (disks.length > MAX_DISKS) throw new Error(`${disks.length} disks: a guest has at most ${MAX_DISKS}, use loops for more`);
  return disks.map((d, i) => `ubd${i}d${typeof d !== 'string' && d.sync ? 's' : ''}=${diskFile(work, i)}`);
}
