import type { FromSchema } from 'json-schema-to-ts';
import validate from '#gen/regions.js';
import { documentType } from '#tool/document.js';
import type { Devices } from './devices.js';
import type { regionsSchema } from './regions.schema.js';

/** → dvm_replicate: where copies of one content are kept. */
export type Regions = FromSchema<typeof regionsSchema>;
/** One region: a device (or image file), start and length in sectors. */
export type Region = Regions['regions'][number];

export const regionsType = /* @__PURE__ */ documentType<Regions>('regions', 1, validate);

/** The regions that the labels of a group's devices name. */
export function regionsOf(devices: Devices['devices']): Region[] {
  return Object.values(devices).flatMap((d) => d.regions.map((r) => ({ path: d.path, start: r.start, length: r.length })));
}

/** How errors name a region: `/dev/sda:2048+8192`. */
export function regionName(r: Region): string {
  return `${r.path}:${r.start}+${r.length}`;
}
