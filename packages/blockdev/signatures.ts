import { existsSync } from 'node:fs';
import { fail, isSystemError } from '#tool/errors.js';

/** Something recognised on a device: `ext4`, `LVM2_member`, `zfs_member`, `linux_raid_member`, `crypto_LUKS`, `gpt`, `dos`… */
export interface Signature {
  type: string;
  /** libblkid's class: filesystem, raid, crypto, partition-table, other. */
  usage: string | undefined;
  uuid: string | undefined;
  label: string | undefined;
  /** Byte offset of the magic. */
  offset: number;
}

/**
 * What util-linux's wipefs finds on a device.
 *
 * @throws DvmError `no-wipefs` (unavailable), `wipefs-failed` (io)
 */
export async function readSignatures(path: string, directories = programDirectories): Promise<Signature[]> {
  const text = await wipefs(['--json', '--output', 'OFFSET,TYPE,UUID,LABEL,USAGE', '--', path], directories);
  return parseSignatures(text, path);
}

/** Reads `wipefs --json`; versions before 2.38 print nothing at all where there is nothing. */
export function parseSignatures(text: string, path: string): Signature[] {
  if (text.trim() === '') return [];
  try {
    const { signatures } = JSON.parse(text) as { signatures: { [column: string]: unknown }[] };
    return signatures.map((s) => ({
      type: column(s.type) ?? '',
      usage: column(s.usage),
      uuid: column(s.uuid),
      label: column(s.label),
      offset: offsetOf(column(s.offset)),
    }));
  } catch (e) {
    throw fail('io', 'wipefs-failed', `wipefs of "${path}" printed what is not its JSON: ${(e as Error).message}`, { cause: e });
  }
}

function column(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string') return value;
  throw new Error(`${JSON.stringify(value)} in place of a text`);
}

function offsetOf(text: string | undefined): number {
  const offset = /^0x[0-9a-f]+$/i.test(text ?? '') ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(offset)) return offset;
  throw new Error(`offset "${text}" is not a number`);
}

/**
 * Erases every signature. The caller must hold the device with O_EXCL: `--force` is needed for partition tables and
 * lets wipefs do without.
 */
export async function wipeSignatures(path: string): Promise<void> {
  await wipefs(['--all', '--force', '--quiet', '--', path]);
}

/** Programs of root are not looked up in PATH. */
const programDirectories = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/sbin', '/run/current-system/sw/bin'];

async function wipefs(args: string[], directories = programDirectories): Promise<string> {
  const program = directories.map((dir) => `${dir}/wipefs`).find((p) => existsSync(p));
  if (!program)
    throw fail('unavailable', 'no-wipefs', 'program "wipefs" is not on this machine', { hint: 'install the package util-linux' });
  const { execa } = await import('execa');
  const { failed, stdout, stderr, shortMessage, cause } = await execa(program, args, {
    env: { LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
  });
  if (!failed) return stdout;
  throw wipefsFailed(args.at(-1) ?? '', stderr.trim() || (shortMessage ?? ''), cause);
}

function wipefsFailed(path: string, why: string, cause: unknown) {
  const state = isSystemError(cause) ? cause.code : why.replace(/^wipefs: error: /, '');
  return fail('io', 'wipefs-failed', `wipefs of "${path}" failed: ${state}`, { cause });
}
