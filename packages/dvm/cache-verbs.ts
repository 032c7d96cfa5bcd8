import { cacheModes } from '#metadata/kinds/cache.schema.js';
import type { Pipeline } from '#pipeline/pipeline.js';
import { changeOptions, passOn, tmWords, verb } from './verb.js';
import { find, parseVolume, update } from './verbs.js';

const words = ['size', 'extents', 'mode', 'setting', 'chunk-size', 'metadata-size', 'off', 'drop', 'force'];

/** Verbs about caches. */
export const cacheVerbs = [
  verb(
    'cache',
    'Put a cache on faster devices before a volume, change it, or take it off, while the volume is in use.',
    [
      { name: 'TARGET', describe: 'GROUP/VOLUME; of a thin pool its data is cached' },
      { name: 'DEVICE', describe: 'where the cache lies', optional: true, many: true },
    ],
    {
      ...changeOptions,
      size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'size of the cache: 10G' },
      extents: { type: 'string', alias: 'l', value: 'EXTENTS', describe: 'the same in extents, or 100%PVS, 5%ORIGIN' },
      mode: {
        type: 'string',
        value: 'MODE',
        choices: cacheModes,
        describe: 'where writes go: to both, first to the cache, past it',
      },
      setting: { type: 'list', value: 'NAME=N', describe: 'of the policy: migration_threshold=2048' },
      'chunk-size': { type: 'string', alias: 'c', value: 'SIZE', describe: 'what is cached at a time' },
      'metadata-size': { type: 'string', value: 'SIZE', describe: 'size of the metadata' },
      off: { type: 'boolean', describe: 'write everything back, wait for that, and take the cache off' },
      drop: { type: 'boolean', describe: 'with --off: at once, without writing back' },
      force: { type: 'boolean', describe: 'with --drop: also where data is lost' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const edit = ['lv_cache', volume, ...passOn(call.options, words), ...call.positionals.slice(1)];
      const tm = tmWords(call.options);
      const { off, drop, kernel, 'dry-run': dry, 'no-activate': metadataOnly } = call.options;
      const waits = off && !drop && !dry && !metadataOnly;
      return [update(group, tm, edit), ...(waits ? writtenBack(group, tm, passOn({ kernel }, ['kernel'])) : [])];
    },
  ),
];

/** Waits until the kernel has written everything back; what tm asks of the kernel then takes the cache apart. */
export function writtenBack(group: string, tm: readonly string[], kernel: readonly string[]): Pipeline[] {
  return [[find(group), ['tm', 'read', group], ['vg_wait', ...kernel]], update(group, tm, ['vg_check'])];
}
