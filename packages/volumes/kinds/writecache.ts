import type { Target } from '#dm/documents.js';
import type { Writecache } from '#metadata/kinds/writecache.js';
import { writecacheSettings } from '#metadata/kinds/writecache.schema.js';
import type { Mapping } from './kind.js';

/**
 * `writecache s ORIGIN CACHE BLOCK N [NAME VALUE]… [cleaner]`, in the order in which the kernel prints it back. Without its cache a
 * volume is not mapped: it lacks what was not written back.
 */
export function writecache({ areas, cache, blockSize, settings = {}, cleaner, count }: Writecache, m: Mapping): Target[] {
  const size = m.sectors(count);
  if (m.mode === 'partial' && !m.complete(cache)) return [{ type: 'error', size, args: '' }];
  const below = [m.volume(areas[0]?.lv ?? ''), m.volume(cache, { blank: true })];
  const given = writecacheSettings.filter((name) => name !== 'pause_writeback' && settings[name] !== undefined);
  const pause = settings.pause_writeback === undefined ? [] : ['pause_writeback', settings.pause_writeback];
  const options = [...given.flatMap((name) => [name, settings[name]]), ...(cleaner ? ['cleaner'] : []), ...pause];
  return [{ type: 'writecache', size, args: ['s', ...below, blockSize, options.length, ...options].join(' ') }];
}
