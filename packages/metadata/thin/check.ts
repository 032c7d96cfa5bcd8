import type { Problem } from '../check.js';
import type { Lv, Metadata } from '../metadata.js';
import { thinSegment } from './segments.js';

/** A number of a pool belongs to one volume. */
export function checkThinDevices(lvs: Readonly<Metadata['lvs']>): Problem[] {
  const owners = new Map<string, string>();
  const out: Problem[] = [];
  for (const id in lvs) {
    const lv = lvs[id] as Lv;
    const segment = thinSegment(lv);
    if (!segment) continue;
    const key = `${segment.pool} ${segment.device}`;
    const other = owners.get(key);
    const pool = lvs[segment.pool]?.name ?? segment.pool;
    if (other !== undefined)
      out.push({
        code: 'device-shared',
        id,
        message: `volumes "${other}" and "${lv.name}" are one device, ${segment.device}, of pool "${pool}"`,
      });
    owners.set(key, lv.name);
  }
  return out;
}
