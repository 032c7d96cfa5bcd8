import type { Extents } from '#tool/units.js';
import { cut, type Stretch } from './allocate-images.js';
import type { Draft } from './draft.js';
import type { Raid } from './kinds/raid.js';
import type { Area, Lv } from './metadata.js';
import { checkVolumeName } from './names.js';
import { appendRows } from './segments.js';

/** An id for a new hidden volume of that name. */
export type PartIds = (name: string) => string;

/** What a raid segment says of some images. */
export type Images = { areas: Area[]; metas: string[] };

/**
 * Makes the hidden volumes of new images: of each image's extents the first `meta` are the kernel's, as LVM2 has them.
 *
 * @param indexes the images' numbers, which their names end in
 * @throws DvmError `bad-name` (exit 64) where a name is too long with its suffix
 */
export function newImages(
  draft: Draft,
  { volume, indexes, all, meta }: { volume: string; indexes: readonly number[]; all: readonly Stretch[][]; meta: Extents },
  ids: PartIds,
): Images {
  const images: Images = { areas: [], metas: [] };
  indexes.forEach((index, i) => {
    const { first, rest } = cut(all[i] ?? [], meta);
    if (meta > 0) images.metas.push(newPart(draft, metaName(volume, index), first, ids));
    images.areas.push({ lv: newPart(draft, imageName(volume, index), rest, ids), extent: 0 });
  });
  return images;
}

/** A hidden volume on some extents, which are then no longer free; its id. */
export function newPart(draft: Draft, name: string, on: readonly Stretch[], ids: PartIds): string {
  const id = ids(name);
  putPart(draft, id, { name, segments: appendStretches(draft, [], on), hidden: true });
  return id;
}

/** @throws DvmError `bad-name` (exit 64) */
export function putPart(draft: Draft, id: string, lv: Lv): void {
  checkVolumeName(`${lv.name}.`, draft.groupName);
  draft.setLv(id, lv);
}

/** Segments with more extents behind them, which are then no longer free. */
export function appendStretches(draft: Draft, segments: Lv['segments'], on: readonly Stretch[]): Lv['segments'] {
  const rows = on.map(({ pv, extent, length }) => ({ areas: [{ pv, extent }], length }));
  draft.take(rows);
  return appendRows(segments, rows, 0);
}

export function imageName(volume: string, index: number): string {
  return `${volume}_rimage_${index}`;
}

export function metaName(volume: string, index: number): string {
  return `${volume}_rmeta_${index}`;
}

/** The PVs that some volumes lie on, with those below them. */
export function pvsUnder(lvs: Readonly<Record<string, Lv>>, ids: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const id of ids)
    for (const { pv, lv } of lvs[id]?.segments.flatMap((s) => s.areas) ?? [])
      for (const under of pv !== undefined ? [pv] : pvsUnder(lvs, [lv ?? ''])) found.add(under);
  return found;
}

/** The hidden volumes of one image: itself and the kernel's records of it. */
export function partsOfImage({ areas, metas }: Raid, index: number): string[] {
  return [areas[index]?.lv, metas?.[index]].filter((id) => id !== undefined);
}
