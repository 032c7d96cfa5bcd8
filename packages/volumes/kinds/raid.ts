import type { Target } from '#dm/documents.js';
import { type Raid, shareOf } from '#metadata/kinds/raid.js';
import { dataImages, survives } from '#metadata/kinds/raid-levels.js';
import { partsOfImage } from '#metadata/raid/images.js';
import { disksOf } from '../raid-status.js';
import type { Mapping } from './kind.js';

/**
 * `raid LEVEL PARAMETERS CHUNK [PARAMETER…] IMAGES (META IMAGE)…`, parameters in the order in which the kernel prints them
 * (dm-raid.c, raid_status). A lost image is `- -` as long as the others hold everything; when they do not, what there is of a
 * raid0 is mapped, and the others fail whole: the kernel would not take them.
 */
export function raid(segment: Raid, m: Mapping): Target[] {
  const { level, areas } = segment;
  const size = m.sectors(sizeInKernel(segment));
  const lost =
    m.mode === 'complete' ? [] : [...areas.keys()].filter((i) => partsOfImage(segment, i).some((lv) => !m.complete(lv)));
  if (!survives(level, areas.length, lost) && m.mode === 'partial' && level !== 'raid0')
    return [{ type: 'error', size, args: '' }];
  const left = survives(level, areas.length, lost) ? lost : [];
  const row = (told: readonly string[]): Target => ({ type: 'raid', size, args: argsOf(segment, m, left, told) });
  const { first, otherwise } = orders(segment, m);
  if (otherwise) m.otherwise([row(otherwise)]);
  return [row(first)];
}

/** While images are taken away, the kernel wants to see the length from before; it shows users what is left. */
function sizeInKernel(segment: Raid): number {
  const { level, areas, count } = segment;
  return (segment.reshape?.delta ?? 0) < 0 ? shareOf(segment) * dataImages(level, areas.length) : count;
}

/**
 * What tells the kernel to reshape, once: it then waits for a table without those words (dm-raid.c, rs_start_reshape), and told
 * again, it would do it again where it is done. It refuses new images with blank records that nobody explains, so that whether
 * it has been told about those is found out by trying. Images are taken away only from a volume that is up and says that it
 * has them all. A new layout in images with room behind is an order that may be repeated: it is void where the superblocks have
 * that layout. So is the last one, that data begins at the images' start; the table is another one then, from which the kernel
 * takes the size of the volume.
 */
function orders({ areas, reshape }: Raid, m: Mapping): { first: string[]; otherwise?: string[] } {
  if (!reshape || reshape.state === 'running') return { first: [] };
  const { delta, space } = reshape;
  const room = ['data_offset', `${m.sectors(space)}`];
  if (delta === 0) return { first: room };
  const told = ['delta_disks', `${delta}`, ...room];
  if (delta > 0) return { first: [], otherwise: told };
  return { first: disksOf(m.status() ?? '') === areas.length ? told : [] };
}

function argsOf(segment: Raid, m: Mapping, lost: readonly number[], told: readonly string[]): string {
  const { level, areas, metas, stripeSize = 0 } = segment;
  const parameters = [stripeSize, ...parametersOf(segment), ...told];
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
