/** A disk of the guest, /dev/ubda, /dev/ubdb … in order: blank and of a size, or an image file that is kept. */
export type Disk =
  | string // a size with a unit, `64M`
  | { image: string; sync?: boolean }; // sync: each write reaches the host's storage before it completes

/** The kernel to boot: its binary, and the directory holding `<release>/modules.dep`. */
export interface GuestKernel {
  path: string;
  modules: string;
}

export interface SandboxOptions {
  /** Program and arguments; the program is found on the guest's PATH. */
  command: string[];
  disks?: Disk[] | undefined;
  /** Loop devices over the guest's memory, /dev/loop0 …: for many disks. */
  loops?: { count: number; size: string } | undefined;
  /** RAM disks, /dev/ram0 … */
  ramDisks?: { count: number; size: string } | undefined;
  /** `NAME [PARAMETERS]`; device-mapper is always there, and the kernel loads targets by itself. */
  modules?: string[] | undefined;
  /** Directories of the host that the guest may write, at the same path. All other writes stay in the guest. */
  writable?: string[] | undefined;
  /** The guest's memory, also for its tmpfs and loops. Default `1G`. */
  memory?: string | undefined;
  /** Seconds until the guest is killed; default 120, 0 is no limit. */
  timeLimit?: number | undefined;
  /** Added to PATH, HOME, LANG and (without udev) DM_DISABLE_UDEV; the caller's own environment does not reach the guest. */
  env?: Record<string, string> | undefined;
  /** Default: the caller's. */
  cwd?: string | undefined;
  /** Default: none (/dev/null). */
  stdin?: string | Uint8Array | undefined;
  /** A number pins the guest to that CPU, `auto` (the default) to the one with fewest guests; `any` lets it wander, slowly. */
  cpu?: number | 'auto' | 'any' | undefined;
  kernel?: GuestKernel | undefined;
  kernelArguments?: string[] | undefined;
  /** Runs udevd in the guest, so that udev cookies and links work. */
  udev?: boolean | undefined;
  /** Powers off after the command without writing anything back. */
  powerCut?: boolean | undefined;
  /** Cuts the power at once. */
  signal?: AbortSignal | undefined;
  /** The host user that the guest's processes belong to; needs root. In the guest the command is root all the same. */
  user?: { uid: number; gid: number } | undefined;
  /** Called with output as it comes. */
  onOutput?: ((stream: 'stdout' | 'stderr', chunk: Buffer) => void) | undefined;
  /** Gives the command the caller's terminal (standard input and output) instead of files, with job control. */
  terminal?: boolean | undefined;
}

/** How a guest ended. */
export interface SandboxResult {
  /** The command's exit code (128 + the signal that ended it), or 124 time limit, 125 the guest died, 137 power cut by kill. */
  code: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
  killed: boolean;
  /** Why the guest could not run the command or died, with the end of its console. */
  failure: string | undefined;
  /** The guest kernel's messages. */
  console: string;
}

export const exitTimeLimit = 124;
export const exitGuestDied = 125;
export const exitKilled = 137;

export const defaultKernel: GuestKernel = { path: '/usr/bin/linux.uml', modules: '/usr/lib/uml/modules' };
