import type { Target } from '#dm/documents.js';
import type { Raid } from '#metadata/kinds/raid.js';
import { survives } from '#metadata/kinds/raid-levels.js';
import { partsOfImage } from '#metadata/raid/images.js';
import type { Mapping } from './kind.js';

/**
 * `raid LEVEL PARAMETERS CHUNK [PARAMETER…] IMAGES (META IMAGE)…`, parameters in the order in which the kernel prints them
 * (dm-raid.c, raid_status). A lost image is `- -` as long as the others hold everything; when they do not, what there is of a
 * raid0 is mapped, and the others fail whole: the kernel would not take them.
 */
export function raid(segment: Raid, m: Mapping): Target[] {
  const { level, areas } = segment;
  const size = m.sectors(segment.count);
  const lost =
    m.mode === 'complete' ? [] : [...areas.keys()].filter((i) => partsOfImage(segment, i).some((lv) => !m.complete(lv)));
  if (survives(level, areas.length, lost)) return [{ type: 'raid', size, args: argsOf(segment, m, lost) }];
  if (m.mode === 'partial' && level !== 'raid0') return [{ type: 'error', size, args: '' }];
  return [{ type: 'raid', size, args: argsOf(segment, m, []) }];
}

function argsOf(segment: Raid, m: Mapping, lost: readonly number[]): string {
  const { level, areas, metas, stripeSize = 0 } = segment;
  const parameters = [stripeSize, ...parametersOf(segment)];
  const devices = areas.map(({ lv = '' }, i) => {
    if (lost.includes(i)) return '- -';
    const meta = metas?.[i];
    return `${meta === undefined ? '-' : m.volume(meta, { blank: true })} ${m.volume(lv)}`;
  });
  return [level, parameters.length, ...parameters, areas.length, ...devices].join(' ');
}

function parametersOf({ level, rebuild, minRecoveryRate, maxRecoveryRate, writeMostly, regionSize }: Raid): (string | number)[] {
  const each = (word: string, values: readonly (number | undefined)[] = []): (string | number)[] =>
    values.flatMap((value) => (value === undefined ? [] : [word, value]));
  return [
    ...each('rebuild', rebuild),
    ...each('min_recovery_rate', [minRecoveryRate]),
    ...each('max_recovery_rate', [maxRecoveryRate]),
    ...each('write_mostly', writeMostly),
    ...each('region_size', [regionSize]),
    ...each('raid10_copies', level === 'raid10' ? [2] : []),
  ];
}
