/** A change of volumes while `vg/v` is written to, from an empty group on four disks: /dev/ubda to /dev/ubdd. */
export interface Load {
  name: string;
  /** Verbs of dvm that lead there; each is one line, as typed. */
  make: string[];
  /** The verb that is carried out under load, and killed. */
  change: string;
  /** Lines of `dmsetup table` that say that it is done: parts of them, by device; `undefined` for one that is gone. */
  done: Record<string, RegExp | undefined>;
}

const raid1 = 'create vg/v --size 8M --type raid1 /dev/ubda /dev/ubdb';
const pool = ['thin-pool vg/pool --size 40M', 'thin vg/v --pool pool --virtual-size 8M'];
const extended = (change: string): Pick<Load, 'change' | 'done'> => ({ change, done: { 'vg-v': /^0 32768 / } });

/** One more kind is one more line. */
export const loads: Load[] = [
  { name: 'linear, extended', make: ['create vg/v --size 8M'], ...extended('extend vg/v --size +8M') },
  { name: 'striped, extended', make: ['create vg/v --size 8M --stripes 2'], ...extended('extend vg/v --size +8M') },
  {
    name: 'linear to raid1',
    make: ['create vg/v --size 8M /dev/ubda'],
    change: 'convert vg/v --type raid1',
    done: { 'vg-v': / raid raid1 .* 2 / },
  },
  { name: 'raid1 to linear', make: [raid1], change: 'convert vg/v --type linear', done: { 'vg-v': / linear / } },
  { name: 'raid1, a third image', make: [raid1], change: 'convert vg/v --mirrors 2', done: { 'vg-v_rimage_2': / linear / } },
  { name: 'raid1, an image split off', make: [raid1], change: 'convert vg/v --split w', done: { 'vg-w': / linear / } },
  { name: 'raid1, extended', make: [raid1], ...extended('extend vg/v --size +8M') },
  {
    name: 'raid1, an image replaced',
    make: [raid1],
    change: 'repair vg/v --replace /dev/ubdb',
    done: { 'vg-v': / raid raid1 / },
  },
  { name: 'raid0, extended', make: ['create vg/v --size 8M --type raid0 --stripes 2'], ...extended('extend vg/v --size +8M') },
  { name: 'raid4, extended', make: ['create vg/v --size 8M --type raid4 --stripes 2'], ...extended('extend vg/v --size +8M') },
  { name: 'raid5, extended', make: ['create vg/v --size 8M --type raid5 --stripes 2'], ...extended('extend vg/v --size +8M') },
  {
    name: 'raid10, extended',
    make: ['create vg/v --size 8M --type raid10 --stripes 2'],
    ...extended('extend vg/v --size +8M'),
  },
  {
    name: 'moved',
    make: ['create vg/v --size 8M /dev/ubda'],
    change: 'move vg /dev/ubda /dev/ubdc',
    done: { 'vg-v': / linear /, 'vg-pvmove0': undefined },
  },
  {
    name: 'a thick snapshot',
    make: ['create vg/v --size 8M'],
    change: 'snapshot vg/v s --size 12M',
    done: { 'vg-s': / snapshot /, 'vg-v': / snapshot-origin / },
  },
  {
    name: 'a thick snapshot removed',
    make: ['create vg/v --size 8M', 'snapshot vg/v s --size 12M'],
    change: 'remove vg/s',
    done: { 'vg-s': undefined, 'vg-v': / linear / },
  },
  {
    name: 'a thick snapshot extended',
    make: ['create vg/v --size 8M', 'snapshot vg/v s --size 8M'],
    change: 'extend vg/s --size 12M',
    done: { 'vg-s_cow': /^0 24576 / },
  },
  { name: 'thin, extended', make: pool, ...extended('extend vg/v --size +8M') },
  { name: 'a thin snapshot', make: pool, change: 'snapshot vg/v s', done: { 'vg-s': / thin / } },
  { name: 'a thin snapshot removed', make: [...pool, 'snapshot vg/v s'], change: 'remove vg/s', done: { 'vg-s': undefined } },
  {
    name: 'the pool extended',
    make: pool,
    change: 'extend vg/pool --size +16M',
    done: { 'vg-pool-tpool': /^0 114688 thin-pool / },
  },
];
