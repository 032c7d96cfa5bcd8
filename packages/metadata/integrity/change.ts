import { fail } from '#tool/errors.js';
import type { Extents, Sectors } from '#tool/units.js';
import type { Draft } from '../draft.js';
import type { IntegritySegment } from '../kinds/integrity.js';
import { tagSizes } from '../kinds/integrity.schema.js';
import { type PartIds, pullUp, pushDown, putPart } from '../layers.js';
import { grow, policyOf } from '../lv-space.js';
import type { Lv } from '../metadata.js';
import { newPart } from '../raid/images.js';
import { placeMeta } from '../raid/mirrors.js';
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
 * Gives a volume that is known to be plain checksums, of what is on it too: its segments move to a hidden part.
 *
 * @param others of an image of raid: the other ones, whose PVs its checksums are not to depend on
 * @throws DvmError `bad-name` (exit 64), `no-pv` (exit 80), `no-space` (exit 82)
 */
export function addIntegrity(draft: Draft, id: string, options: IntegrityOptions, others?: readonly string[]): void {
  const { mode, algorithm, blockSize, pvs, partIds } = options;
  const lv = draft.lvs[id] as Lv;
  const count = sizeOf(lv);
  const journalSize = journalSizeFor(count * draft.vg.extentSize);
  const segment = { mode, algorithm, blockSize, journalSize };
  const extents = Math.ceil(metadataSectors(count * draft.vg.extentSize, segment) / draft.vg.extentSize);
  const name = `${lv.name}_imeta`;
  const meta =
    others && pvs.length === 0
      ? newPart(draft, name, placeMeta(draft, lv, extents, [id], others), partIds)
      : newMeta(draft, lv, extents, options);
  const data = pushDown(draft, id, `${lv.name}_iorig`, partIds);
  const areas = [{ lv: data, extent: 0 }];
  const own: IntegritySegment = { start: 0, count, type: 'integrity', areas, meta, ...segment, recalculate: true };
  draft.setLv(id, { ...(draft.lvs[id] as Lv), segments: [own] });
}

function newMeta(draft: Draft, lv: Lv, extents: Extents, { pvs, partIds }: IntegrityOptions): string {
  const size = { sign: '' as const, extents, rounded: false };
  const growth = { what: `checksums of volume "${lv.name}"`, size, stripes: 1, policy: policyOf(draft, lv) };
  const { rows } = grow(draft, growth, spaceOf(draft, pvs));
  const name = `${lv.name}_imeta`;
  const meta = partIds(name);
  putPart(draft, meta, { name, hidden: true, segments: appendRows([], rows, 0) });
  return meta;
}

/** The way back: the data stays. */
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
