import { rowOf } from '../kinds/raid.js';
import type { Lv } from '../metadata.js';
import { isLinear } from './mirrors.js';
import { raidOf } from './resize.js';
import type { Shape } from './shapes.js';
import { stripesOf } from './striped.js';

/** What a volume is, for conversions; undefined for what none begins with, such as a raid1 of three. */
export function shapeOfVolume(lv: Lv): Shape | undefined {
  const raid = raidOf(lv);
  if (raid?.level === 'raid1') return raid.areas.length === 2 ? { type: 'raid1', data: 1, stripeSize: 0 } : undefined;
  if (raid) return { type: raid.level, data: rowOf(raid), stripeSize: raid.stripeSize ?? 0 };
  if (isLinear(lv)) return { type: 'linear', data: 1, stripeSize: 0 };
  const stripes = stripesOf(lv);
  return stripes && { type: 'striped', data: stripes.stripes, stripeSize: stripes.stripeSize };
}
