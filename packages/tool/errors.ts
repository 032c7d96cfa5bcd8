/**
 * Exit codes of every executable. 0–63 belong to dmexec programs (`exit N`);
 * the tools' own start at 64 and follow sysexits(3) where it has a word.
 * Documented for users in docs/exit-codes.md, which a test holds to this table.
 */
export const exitCodes = {
  usage: 64, // unknown flag, missing argument, bad size
  badInput: 65, // a document that is malformed, of the wrong kind or breaks its schema
  noInput: 66, // a file named on the command line cannot be read
  unavailable: 69, // something this needs is not on this machine
  internal: 70, // a defect in dvm
  kernel: 71, // the kernel refused an operation
  cannotCreate: 73, // an output file cannot be written
  io: 74, // reading or writing a device failed
  busy: 75, // a lock is held by somebody else; try again
  permission: 77, // not allowed
  config: 78, // the -c file is wrong or not to be trusted
  notFound: 80, // no such group, volume, device or transaction
  exists: 81, // the name is taken
  noSpace: 82, // not enough free extents, or a region is full
  inUse: 83, // a device is open, mounted, held, or carries something
  outOfSync: 84, // regions disagree, devices are missing, or a group diverged
  degraded: 85, // committed, but not on every region
  pending: 86, // an earlier transaction is unfinished; run tm recover
  duplicate: 87, // two things claim one identity
  edit: 88, // the mutator failed or returned rubbish
  aborted: 89, // the activation failed before the commit; nothing changed
  failed: 90, // some of what was asked for could not be brought about; the output says what
} as const;

export type ExitName = keyof typeof exitCodes;

export interface ErrorInfo {
  /** Stable word for programs, e.g. `no-space`. */
  code: string;
  /** Lower case, no full stop: what failed, its subject in double quotes, the state found. */
  message: string;
  /** What to do next. */
  hint?: string | undefined;
  /** Facts for programs; JSON. */
  details?: unknown;
}

/** The one error class: an expected failure with a stable code, a hint and an exit code. */
export class DvmError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: unknown;
  readonly exit: ExitName;

  constructor(exit: ExitName, info: ErrorInfo, cause?: unknown) {
    super(info.message, cause === undefined ? undefined : { cause });
    this.exit = exit;
    this.code = info.code;
    this.hint = info.hint;
    this.details = info.details;
  }

  get exitCode(): number {
    return exitCodes[this.exit];
  }

  /** The document printed on standard error. */
  toJSON(): Record<string, unknown> {
    const out: Record<string, unknown> = { code: this.code, kind: 'error', message: this.message, version: 1 };
    if (this.hint !== undefined) out.hint = this.hint;
    if (this.details !== undefined) out.details = this.details;
    return out;
  }
}

/** Shorthand: `throw fail('noSpace', 'no-space', 'volume group "vg" has 3 extents free, 10 needed', {hint, details})`. */
export function fail(
  exit: ExitName,
  code: string,
  message: string,
  more: { hint?: string; details?: unknown; cause?: unknown } = {},
): DvmError {
  return new DvmError(exit, { code, message, hint: more.hint, details: more.details }, more.cause);
}

/** True for a Node system error (`ENOENT` and so on). */
export function isSystemError(e: unknown): e is NodeJS.ErrnoException {
  return e instanceof Error && typeof (e as NodeJS.ErrnoException).code === 'string' && 'errno' in e;
}
