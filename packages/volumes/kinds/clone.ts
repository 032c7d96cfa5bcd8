import type { Target } from '#dm/documents.js';
import type { CloneSegment } from '#metadata/kinds/clone.js';
import type { Mapping } from './kind.js';

/**
 * `clone META DEST SOURCE REGION N FEATURE… N (KEY VALUE)…`. Behind the end of a source that is no multiple of an extent lies
 * the rest of the destination.
 */
export function clone(segment: CloneSegment, m: Mapping): Target[] {
  const { areas, meta, source, regionSize, count } = segment;
  const size = m.sectors(count);
  const dest = m.volume(areas[0]?.lv ?? '', { blank: false });
  const from = source.lv === undefined ? (source.path ?? '') : m.volume(source.lv);
  const args = [m.volume(meta, { blank: true }), dest, from, regionSize, ...settingsOf(segment)].join(' ');
  const covered = source.size ?? size;
  const rest: Target[] = covered < size ? [{ type: 'linear', size: size - covered, args: `${dest} ${covered}` }] : [];
  return [{ type: 'clone', size: covered, args }, ...rest];
}

function settingsOf({ hydration, threshold, batchSize }: CloneSegment): (string | number)[] {
  const features = hydration === false ? ['no_hydration'] : [];
  const core = [
    ...(threshold === undefined ? [] : ['hydration_threshold', threshold]),
    ...(batchSize === undefined ? [] : ['hydration_batch_size', batchSize]),
  ];
  return [features.length, ...features, core.length, ...core];
}
