const percent = { type: 'number', minimum: 1, maximum: 100 } as const;

const growth = {
  type: 'object',
  additionalProperties: false,
  properties: {
    /** Percent used from which there is to be more; 100: never. */
    threshold: percent,
    /** Percent of its size that is added. */
    percent: { type: 'number', minimum: 1, maximum: 1000 },
  },
} as const;

/** Section `watch` of the config: what dvm watch does by itself. */
export const watchConfigSchema = {
  $id: 'dvm:config-watch',
  type: 'object',
  additionalProperties: false,
  properties: {
    /** Seconds between two looks when the kernel tells nothing. */
    interval: { type: 'integer', minimum: 1, maximum: 3600 },
    /** Thin pools: their data, and their metadata. */
    thinPool: growth,
    /** Thick snapshots. */
    snapshot: growth,
    raid: {
      type: 'object',
      additionalProperties: false,
      properties: {
        /** Asks the kernel to take a device in again that it has given up. */
        revive: { type: 'boolean' },
        /** Puts another device in its place. */
        replace: { type: 'boolean' },
      },
    },
  },
} as const;
