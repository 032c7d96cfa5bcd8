import { parseSettings } from '#metadata/cache/settings.js';
import { filterTool } from '#metadata/filter.js';
import { partIdsFlag, pvList, sizeFlags } from '#metadata/flags.js';
import { writecacheBlockSizes } from '#metadata/kinds/writecache.schema.js';
import { createWritecache, type NewWritecache, removeWritecache } from '#metadata/writecache/change.js';

export const tool = filterTool({
  name: 'lv_writecache',
  summary: 'Has the writes to a volume go to a faster device first, or no more, while the volume is in use.',
  positionals: [{ name: 'VOLUME', describe: 'name or id' }, pvList],
  options: {
    ...sizeFlags,
    'block-size': {
      type: 'string',
      value: 'BYTES',
      choices: writecacheBlockSizes.map(String),
      default: '512',
      describe: 'what is cached as one, and the least that can be written',
    },
    setting: {
      type: 'list',
      value: 'NAME=N',
      describe: 'as the kernel names it: high_watermark=50; may be repeated',
    },
    off: { type: 'boolean', describe: 'write everything back, then take the cache off' },
  },
  edit(draft, { positionals: [volume = '', ...pvs], options, note }) {
    const { off, setting, size, extents, 'block-size': block } = options;
    if (off) return removeWritecache(draft, volume).forEach(note);
    const blockSize = Number(block) as NewWritecache['blockSize']; // as the choices are
    const where = { pvs, partIds: partIdsFlag(undefined) };
    createWritecache(draft, { volume, size, extents, blockSize, settings: parseSettings(setting), ...where }).forEach(note);
  },
});
