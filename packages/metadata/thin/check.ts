import type { VolumeCheck } from '../check.js';
import type { Metadata } from '../metadata.js';
import { thinSegment } from './segments.js';

/** A number of a pool belongs to one volume. */
export function thinDevicesOnce(lvs: Readonly<Metadata['lvs']>): VolumeCheck {
  const owners = new Map<string, string>();
  return (id, lv) => {
    const segment = thinSegment(lv);
    if (!segment) return undefined;
    const key = `${segment.pool} ${segment.device}`;
    const other = owners.get(key);
    owners.set(key, lv.name);
    if (other === undefined) return undefined;
    const pool = lvs[segment.pool]?.name ?? segment.pool;
    const message = `volumes "${other}" and "${lv.name}" are one device, ${segment.device}, of pool "${pool}"`;
    return { code: 'device-shared', id, message };
  };
}
