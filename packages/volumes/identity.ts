import type { Lv } from '#metadata/metadata.js';

/** What the device-mapper uuids of a group's devices start with. */
export function scopeOf(group: string): string {
  return `DVM-${group}`;
}

/** The uuid of a volume's device: `DVM-GROUP-VOLUME`, with `-LAYER` behind it for one that belongs to another volume. */
export function uuidOf(group: string, id: string, layer?: string): string {
  return `${scopeOf(group)}-${id}${layer === undefined ? '' : `-${layer}`}`;
}

/** What a hidden volume is to the one above it, as the suffix of its name says: `pool_tdata` is `tdata`. */
export function layerOf({ name, hidden }: Lv): string | undefined {
  return hidden ? (/_([a-z]+)(?:_?\d+)?$/.exec(name)?.[1] ?? 'layer') : undefined;
}
