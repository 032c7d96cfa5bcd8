import { writecacheBlockSizes } from '#metadata/kinds/writecache.schema.js';
import { writtenBack } from './cache-verbs.js';
import { changeOptions, passOn, tmWords, verb } from './verb.js';
import { parseVolume, update } from './verbs.js';

/** Verbs about caches of writes alone. */
export const writecacheVerbs = [
  verb(
    'writecache',
    'Have the writes to a volume go to faster devices first, or no more, while the volume is in use.',
    [
      { name: 'TARGET', describe: 'GROUP/VOLUME' },
      { name: 'DEVICE', describe: 'where the cache lies', optional: true, many: true },
    ],
    {
      ...changeOptions,
      size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'size of the cache: 10G' },
      extents: { type: 'string', alias: 'l', value: 'EXTENTS', describe: 'the same in extents, or 100%PVS, 5%ORIGIN' },
      'block-size': {
        type: 'string',
        value: 'BYTES',
        choices: writecacheBlockSizes.map(String),
        describe: 'what is cached as one (512)',
      },
      setting: { type: 'list', value: 'NAME=N', describe: 'as the kernel names it: high_watermark=50' },
      off: { type: 'boolean', describe: 'write everything back, wait for that, and take the cache off' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      const words = passOn(call.options, ['size', 'extents', 'block-size', 'setting', 'off']);
      const tm = tmWords(call.options);
      const { off, kernel, 'dry-run': dry, 'no-activate': metadataOnly } = call.options;
      const waits = off && !dry && !metadataOnly;
      return [
        update(group, tm, ['lv_writecache', volume, ...words, ...call.positionals.slice(1)]),
        ...(waits ? writtenBack(group, tm, passOn({ kernel }, ['kernel'])) : []),
      ];
    },
  ),
];
