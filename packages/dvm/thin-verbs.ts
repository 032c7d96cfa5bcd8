import { changeOptions, passOn, tmWords, verb } from './verb.js';
import { mergeGroup, parseGroup, parseVolume, update } from './verbs.js';

const snapshotOptions = {
  tag: { type: 'list', value: 'TAG', describe: 'tag of the new volume' },
  'read-only': { type: 'boolean', describe: 'refuse writes to it' },
} as const;

/** Verbs about thin pools, thin volumes, and snapshots. */
export const thinVerbs = [
  verb(
    'thin-pool',
    'Make a thin pool.',
    [
      { name: 'TARGET', describe: 'GROUP/POOL' },
      { name: 'DEVICE', describe: 'block devices to take the extents from', optional: true, many: true },
    ],
    {
      ...changeOptions,
      size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'size of the data: 10G' },
      extents: { type: 'string', alias: 'l', value: 'EXTENTS', describe: 'the same in extents, or 50%FREE, 100%VG' },
      'metadata-size': { type: 'string', value: 'SIZE', describe: 'size of the metadata' },
      'chunk-size': { type: 'string', value: 'SIZE', describe: 'what volumes get at a time' },
      discards: { type: 'string', value: 'MODE', choices: ['passdown', 'no-passdown', 'ignore'], describe: 'what discards do' },
      'no-zero': { type: 'boolean', describe: 'do not zero chunks before they are handed out' },
      'error-if-full': { type: 'boolean', describe: 'writes fail at once when the pool is full' },
      'low-water': { type: 'string', value: 'SIZE|N%', describe: 'what is left when the kernel raises an event' },
      stripes: { type: 'integer', value: 'N', describe: 'stripe the data over N devices' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const names = [
        'size',
        'extents',
        'metadata-size',
        'chunk-size',
        'discards',
        'no-zero',
        'error-if-full',
        'low-water',
        'stripes',
      ];
      const words = [...passOn(call.options, names), ...call.positionals.slice(1)];
      return [update(group, tmWords(call.options), ['lv_thin_pool', volume, ...words])];
    },
  ),
  verb(
    'thin',
    'Make a thin volume of a pool.',
    [{ name: 'TARGET', describe: 'GROUP/VOLUME' }],
    {
      ...changeOptions,
      ...snapshotOptions,
      pool: { type: 'string', value: 'POOL', describe: 'the thin pool' },
      'virtual-size': { type: 'string', alias: 'V', value: 'SIZE', describe: 'what the volume promises' },
      'external-origin': { type: 'string', value: 'VOLUME', describe: 'read where nothing has been written yet' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const words = passOn(call.options, ['pool', 'virtual-size', 'external-origin', 'tag', 'read-only']);
      return [update(group, tmWords(call.options), ['lv_thin', volume, ...words])];
    },
  ),
  verb(
    'snapshot',
    'Make a snapshot of a volume: one that is not thin needs room for what is written over.',
    [
      { name: 'TARGET', describe: 'GROUP/VOLUME' },
      { name: 'NAME', describe: 'name of the snapshot' },
      { name: 'DEVICE', describe: 'block devices to take that room from', optional: true, many: true },
    ],
    {
      ...changeOptions,
      ...snapshotOptions,
      size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'the room: 1G' },
      extents: { type: 'string', alias: 'l', value: 'EXTENTS', describe: 'the same in extents, or 10%ORIGIN' },
      'chunk-size': { type: 'string', alias: 'c', value: 'SIZE', describe: 'what is copied at a time' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const [, name = '', ...devices] = call.positionals;
      const words = [name, ...passOn(call.options, ['tag', 'read-only', 'size', 'extents', 'chunk-size']), ...devices];
      return [update(group, tmWords(call.options), ['lv_snapshot', volume, ...words])];
    },
  ),
  verb(
    'revert',
    'Bring a volume back to a snapshot of it; the snapshot goes.',
    [{ name: 'TARGET', describe: 'GROUP/SNAPSHOT' }],
    changeOptions,
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      return [update(group, tmWords(call.options), ['lv_merge', volume])];
    },
  ),
  verb(
    'merge',
    'Bring a volume back to what it was when a snapshot of it was made; the snapshot goes. Or take a group over into another one.',
    [
      { name: 'TARGET', describe: 'GROUP/SNAPSHOT, or GROUP' },
      { name: 'INTO', describe: 'groups: the one that takes over all devices and volumes', optional: true },
    ],
    changeOptions,
    (call) => {
      const [target = '', into] = call.positionals;
      if (into !== undefined) return mergeGroup(parseGroup(target), into, tmWords(call.options));
      const { group, volume } = parseVolume(target);
      return [update(group, tmWords(call.options), ['lv_merge', volume])];
    },
  ),
];
