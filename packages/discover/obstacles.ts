import type { Uses } from '#blockdev/mounts.js';
import type { Signature } from '#blockdev/signatures.js';
import type { BlockDevice } from '#blockdev/sysfs.js';
import { type DvmError, fail } from '#tool/errors.js';

/**
 * Why a device must not be written to, whatever the user asks for: read-only, mounted, swap, or held, it or one of its
 * partitions. Undefined when nothing is in the way.
 */
export function heldBy(device: BlockDevice, uses: Uses, byName: Map<string, BlockDevice>): DvmError | undefined {
  const path = device.path ?? device.name;
  if (device.readOnly) return fail('permission', 'read-only', `device "${path}" is read-only`);
  for (const d of [device, ...device.partitions.flatMap((p) => byName.get(p) ?? [])]) {
    const whose = d === device ? `device "${path}"` : `partition "${d.name}" of device "${path}"`;
    const use = uses.get(d.dev) ?? [];
    if (use.length > 0) return inUse(`${whose} is ${use.join(', ')}`, use);
    const holders = [...d.holders.map((h) => holderName(h, byName)), ...loopsOver(d, byName)];
    if (holders.length > 0) return inUse(`${whose} is held by ${holders.map((h) => `"${h}"`).join(', ')}`, holders);
  }
  return undefined;
}

function inUse(message: string, by: string[]): DvmError {
  return fail('inUse', 'device-in-use', message, {
    hint: 'free it first: unmount it, or remove what lies on it',
    details: { by },
  });
}

function holderName(name: string, byName: Map<string, BlockDevice>): string {
  return byName.get(name)?.path ?? name;
}

/** A loop device does not hold what it lies on as far as the kernel is concerned, but it would be destroyed all the same. */
function loopsOver(device: BlockDevice, byName: Map<string, BlockDevice>): string[] {
  if (device.path === undefined) return [];
  return [...byName.values()].filter((d) => d.backingFile === device.path).map((d) => d.path ?? d.name);
}

/** Why a device that nobody uses must not be taken without `--wipe`: what is on it. */
export function carries(path: string, partitions: readonly string[], signatures: readonly Signature[]): DvmError | undefined {
  if (signatures.length > 0) {
    const types = [...new Set(signatures.map(signatureName))];
    return fail('inUse', 'device-not-blank', `device "${path}" carries ${types.join(', ')}`, {
      hint: 'if that may be destroyed, give --wipe',
      details: { signatures },
    });
  }
  if (partitions.length === 0) return undefined;
  return fail('inUse', 'device-partitioned', `device "${path}" has partitions: ${partitions.join(', ')}`, {
    hint: 'name a partition, or give --wipe to destroy them',
    details: { partitions },
  });
}

/** `ext4 (filesystem) labelled "data"`. */
export function signatureName(s: Signature): string {
  const usage = s.usage && s.usage !== s.type ? ` (${s.usage})` : '';
  return `${s.type}${usage}${s.label ? ` labelled "${s.label}"` : ''}`;
}
