/** The levels of dm-raid, by the names that the kernel prints (Documentation/admin-guide/device-mapper/dm-raid.rst). */
export const raidLevels = [
  ...(['raid0', 'raid1', 'raid10', 'raid4'] as const),
  ...(['raid5_la', 'raid5_ra', 'raid5_ls', 'raid5_rs', 'raid5_n'] as const),
  ...(['raid6_zr', 'raid6_nr', 'raid6_nc', 'raid6_la_6', 'raid6_ra_6', 'raid6_ls_6', 'raid6_rs_6', 'raid6_n_6'] as const),
] as const;

export type RaidLevel = (typeof raidLevels)[number];

/** Images that hold parity. */
export function parityOf(level: RaidLevel): 0 | 1 | 2 {
  if (level.startsWith('raid6')) return 2;
  return level.startsWith('raid5') || level === 'raid4' ? 1 : 0;
}

/** How many images' worth of data a volume of `images` holds. */
export function dataImages(level: RaidLevel, images: number): number {
  if (level === 'raid1') return 1;
  return level === 'raid10' ? images / 2 : images - parityOf(level);
}

/** The images for so many stripes of data; of raid1 for so many copies besides the first. */
export function imagesFor(level: RaidLevel, stripes: number, mirrors: number): number {
  if (level === 'raid1') return mirrors + 1;
  return level === 'raid10' ? stripes * 2 : stripes + parityOf(level);
}

/** Fewest images that the kernel takes. */
export function fewestImages(level: RaidLevel): number {
  if (level === 'raid10') return 4;
  return parityOf(level) === 2 ? 4 : 2;
}

/** Whether an image holds data as a stripe of its own does: not parity, nor a copy. Parity of raid4 is the first image. */
export function isDataImage(level: RaidLevel, images: number, index: number): boolean {
  if (level === 'raid10') return index % 2 === 0;
  return level === 'raid4' ? index > 0 : index < images - parityOf(level);
}

export function isStriped(level: RaidLevel): boolean {
  return level !== 'raid1';
}

/** Whether it survives: all data can be read without the images `lost`. Neighbours of raid10 are copies of each other. */
export function survives(level: RaidLevel, images: number, lost: readonly number[]): boolean {
  if (level === 'raid1') return lost.length < images;
  if (level !== 'raid10') return lost.length <= parityOf(level);
  const pairs = lost.map((i) => i >> 1);
  return new Set(pairs).size === pairs.length;
}
