import { fail } from '#tool/errors.js';
import { runSystemProgram } from './system-program.js';

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
export async function readSignatures(path: string, directories?: readonly string[]): Promise<Signature[]> {
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

function wipefs(args: string[], directories?: readonly string[]): Promise<string> {
  return runSystemProgram({ name: 'wipefs', args, from: 'util-linux', ...(directories ? { directories } : {}) });
}
