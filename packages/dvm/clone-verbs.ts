import { sizeAt } from '#blockdev/sysfs.js';
import { changeOptions, passOn, tmWords, verb } from './verb.js';
import { parseVolume, update } from './verbs.js';

/** Verbs about lazy copies. */
export const cloneVerbs = [
  verb(
    'clone',
    'Make a volume that has the content of a read-only source at once, and copies it in the background.',
    [
      { name: 'SOURCE', describe: 'GROUP/VOLUME, which is read-only, or the path of a block device that nobody writes to' },
      { name: 'NAME', describe: 'name of the new volume; GROUP/VOLUME where SOURCE is a path' },
      { name: 'DEVICE', describe: 'block devices to take the extents from', optional: true, many: true },
    ],
    {
      ...changeOptions,
      size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'size of a device SOURCE (default: asked of the device)' },
      'region-size': { type: 'string', alias: 'R', value: 'SIZE', describe: 'what is copied at a time (64K)' },
      'no-hydration': { type: 'boolean', describe: 'copy only what is written to' },
      'hydration-threshold': { type: 'integer', value: 'N', describe: 'so many regions at once' },
      'hydration-batch-size': { type: 'integer', value: 'N', describe: 'so many regions by one request' },
      tag: { type: 'list', value: 'TAG', describe: 'tag of the new volume' },
    },
    (call) => {
      const [source = '', name = '', ...devices] = call.positionals;
      const isPath = source.startsWith('/');
      const { group, volume } = parseVolume(isPath ? name : source);
      const found = isPath && call.options.size === undefined ? sizeAt(source) : undefined;
      const size = found === undefined ? call.options.size : `${found}s`;
      const names = ['size', 'region-size', 'no-hydration', 'hydration-threshold', 'hydration-batch-size', 'tag'];
      const words = [...(isPath ? [source, volume] : [volume, name]), ...passOn({ ...call.options, size }, names), ...devices];
      return [update(group, tmWords(call.options), ['lv_clone', ...words])];
    },
  ),
];
