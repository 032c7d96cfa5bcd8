import { fail } from '#tool/errors.js';
import type { Sectors } from '#tool/units.js';
import { compact } from './compact.js';
import { type EditableGroup, metadataOf } from './editable.js';
import type { AllocationPolicy, Metadata } from './metadata.js';
import { layoutPv, type PvDevice } from './pv-layout.js';
import { editTags } from './tags.js';

export interface GroupSettings {
  extentSize: Sectors;
  allocation: AllocationPolicy;
  tags: readonly string[];
}

/**
 * The first metadata of a group: every PV that the envelope or a device names, no volumes.
 *
 * @throws DvmError `has-metadata` (exit 81), `bad-extent-size` (exit 64), `device-too-small` (exit 82)
 */
export function createMetadata(group: EditableGroup, { extentSize, allocation, tags }: GroupSettings): Metadata {
  if (metadataOf(group)) throw fail('exists', 'has-metadata', `group "${group.envelope.group.name}" already has metadata`);
  checkExtentSize(extentSize);
  const pvs = Object.fromEntries([...knownPvs(group)].map(([id, device]) => [id, layoutPv(device, extentSize)]));
  const vg = compact<Metadata['vg']>({ extentSize, allocation, tags: editTags(undefined, tags) });
  return { kind: 'metadata', version: 1, vg, pvs, lvs: {} };
}

/** The PVs that the envelope and the devices name; what a device says now goes first. */
export function knownPvs({ envelope, devices }: Pick<EditableGroup, 'envelope' | 'devices'>): Map<string, PvDevice> {
  return new Map<string, PvDevice>([...Object.entries(envelope.pvs), ...Object.entries(devices)]);
}

/** @throws DvmError `bad-extent-size` (exit 64) */
export function checkExtentSize(size: Sectors): void {
  if (size >= 8 && size <= 2 ** 25 && Number.isInteger(Math.log2(size))) return;
  throw fail('usage', 'bad-extent-size', `extent size of ${size} sectors is not a power of two from 4K to 16G`);
}
