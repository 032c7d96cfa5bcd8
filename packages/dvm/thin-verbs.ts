import { changeOptions, passOn, tmWords, verb } from './verb.js';
import { parseVolume, update } from './verbs.js';

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
      stripes: { type: 'integer', value: 'N', describe: 'stripe the data over N devices' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const names = ['size', 'extents', 'metadata-size', 'chunk-size', 'discards', 'no-zero', 'error-if-full', 'stripes'];
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
    'Make a snapshot of a volume.',
    [
      { name: 'TARGET', describe: 'GROUP/VOLUME' },
      { name: 'NAME', describe: 'name of the snapshot' },
    ],
    { ...changeOptions, ...snapshotOptions },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const words = [call.positionals[1] ?? '', ...passOn(call.options, ['tag', 'read-only'])];
      return [update(group, tmWords(call.options), ['lv_snapshot', volume, ...words])];
    },
  ),
  verb(
    'merge',
    'Bring a volume back to what it was when a snapshot of it was made; the snapshot goes.',
    [{ name: 'TARGET', describe: 'GROUP/SNAPSHOT' }],
    changeOptions,
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      return [update(group, tmWords(call.options), ['lv_merge', volume])];
    },
  ),
  verb(
    'repair',
    'Make what is broken of a volume anew: the metadata of a thin pool that is down.',
    [{ name: 'TARGET', describe: 'GROUP/POOL' }],
    changeOptions,
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      return [update(group, tmWords(call.options), ['lv_repair', volume])];
    },
  ),
];
