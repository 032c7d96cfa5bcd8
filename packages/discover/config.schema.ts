import { path } from '#documents/common.schema.js';

const patterns = { type: 'array', items: { type: 'string', minLength: 1, maxLength: 1024 } } as const;

/** Section `discover` of the `-c` config. */
export const discoverConfigSchema = {
  $id: 'dvm:config-discover',
  type: 'object',
  additionalProperties: false,
  properties: {
    /** Regular expressions on any path of a device (/dev/sda, /dev/disk/by-id/…): one that matches lets it in. */
    accept: patterns,
    /** … one that matches keeps it out, unless `accept` let it in. */
    reject: patterns,
    /** Image files, or directories of them, that are treated as devices too. */
    files: { type: 'array', items: path },
    /** Scan dvm's own volumes as well: groups inside volumes, such as those of virtual machines' disks. */
    nested: { type: 'boolean' },
  },
} as const;
