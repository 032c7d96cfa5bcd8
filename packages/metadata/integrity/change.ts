import { fail } from '#tool/errors.js';
import type { Sectors } from '#tool/units.js';
import type { Draft } from '../draft.js';
import type { IntegritySegment } from '../kinds/integrity.js';
import { tagSizes } from '../kinds/integrity.schema.js';
import { isPlain } from '../kinds/plain.js';
import { type PartIds, pullUp, pushDown, putPart } from '../layers.js';
import { findVolume } from '../lookup.js';
import { grow, policyOf } from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { appendRows, sizeOf } from '../segments.js';
import { spaceOf } from '../space.js';

/** How checksums are kept; see the schema of the kind. */
export interface IntegrityOptions extends Pick<IntegritySegment, 'mode' | 'algorithm' | 'blockSize'> {
  /** Where they go; all PVs when empty. */
  pvs: readonly string[];
  partIds: PartIds;
}

/** The segment of a volume with checksums; undefined for any other volume. */
export function integritySegment(lv: Lv | undefined): IntegritySegment | undefined {
  const segment = lv?.segments[0];
  return segment?.type === 'integrity' ? segment : undefined;
}

/**
 * Gives a volume checksums, of what is on it too.
 *
 * @returns notes for people
 * @throws DvmError `bad-name` (exit 64), `no-volume`, `no-pv` (exit 80), `no-space` (exit 82), `no-integrity` (exit 83)
 */
export function giveIntegrity(draft: Draft, volume: string, options: IntegrityOptions): string[] {
  const id = findVolume(draft, volume);
  const lv = draft.lvs[id] as Lv;
  if (integritySegment(lv)) return [`volume "${lv.name}" has checksums already`];
  if (!lv.segments.every(isPlain))
    throw fail('inUse', 'no-integrity', `volume "${lv.name}" is neither linear nor striped: it cannot have checksums`);
  addIntegrity(draft, id, options);
  return [];
}

/** The same for a volume that is known to be plain, hidden ones too: its segments move to a hidden part. */
export function addIntegrity(draft: Draft, id: string, { mode, algorithm, blockSize, pvs, partIds }: IntegrityOptions): void {
  const lv = draft.lvs[id] as Lv;
  const count = sizeOf(lv);
  const journalSize = journalSizeFor(count * draft.vg.extentSize);
  const segment = { mode, algorithm, blockSize, journalSize };
  const extents = Math.ceil(metadataSectors(count * draft.vg.extentSize, segment) / draft.vg.extentSize);
  const size = { sign: '' as const, extents, rounded: false };
  const growth = { what: `checksums of volume "${lv.name}"`, size, stripes: 1, policy: policyOf(draft, lv) };
  const { rows } = grow(draft, growth, spaceOf(draft, pvs));
  const name = `${lv.name}_imeta`;
  const meta = partIds(name);
  putPart(draft, meta, { name, hidden: true, segments: appendRows([], rows, 0) });
  const data = pushDown(draft, id, `${lv.name}_iorig`, partIds);
  const areas = [{ lv: data, extent: 0 }];
  const own: IntegritySegment = { start: 0, count, type: 'integrity', areas, meta, ...segment, recalculate: true };
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [own] });
}

/**
 * The way back: the data stays.
 *
 * @returns notes for people
 * @throws DvmError `no-volume` (exit 80)
 */
export function dropIntegrity(draft: Draft, volume: string): string[] {
  const id = findVolume(draft, volume);
  const segment = integritySegment(draft.lvs[id]);
  if (!segment) return [`volume "${draft.lvs[id]?.name}" has no checksums`];
  removeIntegrity(draft, id, segment);
  return [];
}

/** The same for a volume that has them, hidden ones too. */
export function removeIntegrity(draft: Draft, id: string, { areas, meta }: IntegritySegment): void {
  pullUp(draft, id, areas[0]?.lv ?? '');
  draft.removeLv(meta);
}

/** @throws DvmError `has-integrity` (exit 83) */
export function refuseIntegrity(lv: Lv): void {
  if (integritySegment(lv))
    throw fail('inUse', 'has-integrity', `volume "${lv.name}" has checksums: it cannot be resized with them`, {
      hint: `lv_integrity ${lv.name} --off, and again after that`,
    });
}

/** As the kernel chooses for metadata of its own device: 1/128 of the data, at most 64 MiB; not less than 1 MiB. */
function journalSizeFor(sectors: Sectors): Sectors {
  return Math.max(2048, Math.min(131_072, Math.floor(sectors / 128)));
}

/**
 * drivers/md/dm-integrity.c, calculate_device_limits: a superblock of 8 sectors, the journal in whole sections (below 1 MiB each), and the
 * checksums in buffers of 64 KiB.
 */
function metadataSectors(
  sectors: Sectors,
  { algorithm, blockSize, journalSize }: Pick<IntegritySegment, 'algorithm' | 'blockSize' | 'journalSize'>,
): Sectors {
  const tags = Math.ceil((sectors * 512) / blockSize) * tagSizes[algorithm];
  return 8 + journalSize + 2048 + Math.ceil(tags / 65_536) * 128;
}
