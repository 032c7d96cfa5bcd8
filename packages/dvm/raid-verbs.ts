import { raidFlags, recoveryFlags } from '#metadata/flags.js';
import { integrityAlgorithms, integrityBlockSizes, integrityModes } from '#metadata/kinds/integrity.schema.js';
import type { Pipeline } from '#pipeline/pipeline.js';
import { changeOptions, passOn, runOptions, tmWords, verb } from './verb.js';
import { parseVolume, update } from './verbs.js';

/** Options of `dvm create` for redundant volumes, handed on to lv_create. */
export const raidOptions = { ...raidFlags, ...recoveryFlags } as const;
export const raidWords = Object.keys(raidOptions);

const target = { name: 'TARGET', describe: 'GROUP/VOLUME' };
const devices = { name: 'DEVICE', describe: 'where new images go, or which images go', optional: true, many: true } as const;

/**
 * A change after which the kernel builds images: once it has taken that over, the metadata says so no more (vg_check changes
 * nothing itself; what tm asks of the kernel before it is what the second transaction takes in).
 */
function twice(group: string, tm: readonly string[], words: string[]): Pipeline[] {
  const dry = tm.includes('--dry-run') || tm.includes('--no-activate');
  return [update(group, tm, words), ...(dry ? [] : [update(group, tm, ['vg_check'])])];
}

/** Verbs about redundancy, and about finding what has gone bad. */
export const raidVerbs = [
  verb(
    'integrity',
    'Give a volume checksums, so that what comes back otherwise than it was written is an error, or take them away.',
    [target, { ...devices, describe: 'where the checksums go' }],
    {
      ...changeOptions,
      off: { type: 'boolean', describe: 'take them away; the data stays' },
      mode: { type: 'string', value: 'MODE', choices: integrityModes, describe: 'journal (the default) or bitmap' },
      algorithm: { type: 'string', value: 'NAME', choices: integrityAlgorithms, describe: 'of the checksums (crc32c)' },
      'block-size': {
        type: 'string',
        value: 'BYTES',
        choices: integrityBlockSizes.map(String),
        describe: 'that one is of (512)',
      },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const words = passOn(call.options, ['off', 'mode', 'algorithm', 'block-size']);
      return twice(group, tmWords(call.options), ['lv_integrity', volume, ...words, ...call.positionals.slice(1)]);
    },
  ),
  verb(
    'repair',
    'Replace what is broken of a volume: lost images of raid, the metadata of a thin pool or cache that is down.',
    [target, devices],
    {
      ...changeOptions,
      replace: { type: 'list', value: 'PV', describe: 'also the images on this PV, although it is there' },
      cache: { type: 'boolean', describe: 'the metadata of its cache' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const words = passOn(call.options, ['replace', 'cache']);
      return twice(group, tmWords(call.options), ['lv_repair', volume, ...words, ...call.positionals.slice(1)]);
    },
  ),
  verb(
    'scrub',
    'Have the kernel compare all images of a raid volume, in the background.',
    [target],
    {
      ...runOptions,
      kernel: changeOptions.kernel,
      repair: { type: 'boolean', describe: 'write what differs anew' },
      stop: { type: 'boolean', describe: 'end a check or repair that is under way' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const kernel = passOn(call.options, ['kernel']);
      const words = passOn(call.options, ['repair', 'stop']);
      return [
        [
          ['discover', group],
          ['tm', 'read', group],
          ['lv_scrub', volume, ...words],
          ['dmexec', ...kernel],
        ],
      ];
    },
  ),
];
