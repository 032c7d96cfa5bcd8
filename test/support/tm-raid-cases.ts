import { init } from '#tm/members.js';
import type { Case } from './crash-everywhere.js';
import { mutate, type Run, tm } from './tm-crash.js';

const made = tm((ctx) => init(ctx, [['vg_create']], false));
/** What the kernel is done with is taken in: the simulated one is done at once. */
const takenIn = mutate(['vg_check']);

/** A volume of four extents made in some way, whole. */
const given = (...words: string[]): Run[] => [made, mutate(['lv_create', 'a', '--extents', '4', ...words]), takenIn];
const converted = (...words: string[]): Run => mutate(['lv_convert', 'a', ...words]);
const change = (name: string, devices: number, prepare: Run[], edit: Run): Case => ({ name, devices, prepare, change: edit });

const raid1 = given('--type', 'raid1');
const raid5 = given('--type', 'raid5', '--stripes', '2');
const raid5n = given('--type', 'raid5_n', '--stripes', '2');
const striped = given('--stripes', '2');

/** Changes of copies of volumes. */
export const raidCopiesCases: Case[] = [
  change('create a raid1', 2, [made], mutate(['lv_create', 'a', '--extents', '4', '--type', 'raid1'])),
  change('linear to raid1', 2, given(), converted('--type', 'raid1')),
  change('take in that an image is whole', 2, [...given(), converted('--type', 'raid1')], takenIn),
  change('a third image', 3, raid1, converted('--mirrors', '2')),
  change('an image split off', 2, raid1, converted('--split', 'b')),
  change('raid1 to linear', 2, raid1, converted('--type', 'linear')),
  change('replace an image', 3, raid1, mutate(['lv_repair', 'a', '--replace', '/sim/0'])),
  change('extend a raid1', 2, raid1, mutate(['lv_extend', 'a', '--extents', '+2'])),
  change('remove a raid1', 2, raid1, mutate(['lv_remove', 'a'])),
];

const checked = [...raid1, mutate(['lv_integrity', 'a']), takenIn];

/** Changes of checksums of images. */
export const raidIntegrityCases: Case[] = [
  change('give the images of a raid1 checksums', 2, raid1, mutate(['lv_integrity', 'a'])),
  change('take checksums of images away', 2, checked, mutate(['lv_integrity', 'a', '--off'])),
  change('replace an image that has checksums', 3, checked, mutate(['lv_repair', 'a', '--replace', '/sim/0'])),
  change('remove a raid1 with checksums', 2, checked, mutate(['lv_remove', 'a'])),
];

/** Changes of stripes and parity. */
export const raidParityCases: Case[] = [
  change('stripes to raid0', 2, striped, converted('--type', 'raid0')),
  change('stripes get parity', 4, striped, converted('--type', 'raid6_n_6')),
  change('stripes get copies', 4, striped, converted('--type', 'raid10')),
  change('parity goes', 3, raid5n, converted('--type', 'striped')),
  change('a second parity', 4, raid5n, converted('--type', 'raid6_n_6')),
  change('a reshape begins: more stripes', 4, raid5, converted('--stripes', '3')),
  change('and is taken in', 4, [...raid5, converted('--stripes', '3')], takenIn),
  change('and the volume has its new size', 4, [...raid5, converted('--stripes', '3'), takenIn], takenIn),
  change('a reshape begins: another layout', 3, raid5, converted('--type', 'raid5_ra')),
  change('its room in front goes', 3, [...raid5, converted('--type', 'raid5_ra')], takenIn),
  change('the kernel has its data in front again', 3, [...raid5, converted('--type', 'raid5_ra'), takenIn], takenIn),
];
