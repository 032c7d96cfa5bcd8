import { createCache, type NewCache } from '#metadata/cache/create.js';
import { removeCache } from '#metadata/cache/remove.js';
import { cachedPart, cacheSegment } from '#metadata/cache/segments.js';
import { parseSettings, setCache } from '#metadata/cache/settings.js';
import { filterTool } from '#metadata/filter.js';
import { partIdsFlag, pvList, sizeFlags } from '#metadata/flags.js';
import { cacheModes } from '#metadata/kinds/cache.schema.js';
import { findVolume } from '#metadata/lookup.js';

export const tool = filterTool({
  name: 'lv_cache',
  summary: 'Puts a cache on faster devices before a volume, changes it, or takes it off, while the volume is in use.',
  positionals: [{ name: 'VOLUME', describe: 'name or id; of a thin pool its data is cached' }, pvList],
  options: {
    ...sizeFlags,
    mode: {
      type: 'string',
      value: 'MODE',
      choices: cacheModes,
      describe: 'writes go to both (writethrough, the default), first to the cache alone (writeback), or past it (passthrough)',
    },
    setting: {
      type: 'list',
      value: 'NAME=N',
      describe: 'of the policy, as the kernel names it: migration_threshold=2048; may be repeated',
    },
    'chunk-size': {
      type: 'string',
      alias: 'c',
      value: 'SIZE',
      describe: 'what is cached at a time, a multiple of 32K (default 64K)',
    },
    'metadata-size': { type: 'string', value: 'SIZE', describe: 'size of the metadata (default: 4M and 28 bytes a chunk)' },
    spare: { type: 'boolean', default: true, describe: 'keep extents for a repair of the metadata; --no-spare does not' },
    off: { type: 'boolean', describe: 'write everything back, then take the cache off' },
    drop: { type: 'boolean', describe: 'with --off: take it off at once; refused where that loses data' },
    force: { type: 'boolean', describe: 'with --drop: also where what only the cache holds is lost' },
  },
  edit(draft, { positionals: [volume = '', ...pvs], options, note }) {
    const { off, drop, force, mode, setting, size, extents, 'chunk-size': chunkSize, 'metadata-size': metadataSize } = options;
    if (off) return removeCache(draft, { volume, drop, force }).forEach(note);
    const wanted = { mode: mode as NewCache['mode'], settings: parseSettings(setting) };
    const id = cachedPart(draft, findVolume(draft, volume));
    if (cacheSegment(draft.lvs[id]) && size === undefined && extents === undefined) return setCache(draft, id, wanted);
    const where = { pvs, spare: options.spare, partIds: partIdsFlag(undefined) };
    createCache(draft, { volume, ...wanted, size, extents, chunkSize, metadataSize, ...where }).forEach(note);
  },
});
