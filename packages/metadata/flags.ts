import { isId, newId } from '#documents/ids.js';
import { sha256 } from '#tool/crypto.js';
import { fail } from '#tool/errors.js';
import type { OptionSpecs, OptionValues } from '#tool/options.js';
import { parseTime } from '#tool/time.js';
import type { PartIds } from './layers.js';
import { allocationPolicies } from './metadata.schema.js';
import { raidTypes } from './raid/create.js';

/** Flags that several programs of the suite take. */
export const sizeFlags = {
  size: {
    type: 'string',
    alias: 'L',
    value: 'SIZE',
    describe: 'size with a unit, such as 10G or 512M; rounded up to whole extents',
  },
  extents: {
    type: 'string',
    alias: 'l',
    value: 'N|N%OF',
    describe: 'size in extents, or in percent of all extents (%VG), the free ones (%FREE), those free on the PVs named (%PVS)',
  },
} as const;

export const allocationFlag = {
  type: 'string',
  value: 'POLICY',
  choices: [...allocationPolicies, 'inherit'],
} as const;

export const tagFlags = {
  'add-tag': { type: 'list', value: 'TAG', describe: 'tag to add; may be repeated' },
  'del-tag': { type: 'list', value: 'TAG', describe: 'tag to take off; may be repeated' },
} as const;

/** What makes a volume redundant. */
export const raidFlags = {
  type: {
    type: 'string',
    value: 'TYPE',
    choices: ['linear', 'striped', ...raidTypes],
    describe: 'kind of volume (default: striped with --stripes, else linear)',
  },
  mirrors: { type: 'integer', alias: 'm', value: 'N', describe: 'raid1: copies besides the first (default 1)' },
  'region-size': {
    type: 'string',
    alias: 'R',
    value: 'SIZE',
    describe: 'raid: what is synchronised again after a crash where one write was under way (default 2M)',
  },
} as const;

/** How many stripes, and of which size. */
export const stripeFlags = {
  stripes: {
    type: 'integer',
    alias: 'i',
    value: 'N',
    describe: 'number of PVs to stripe over, parity and copies not counted (default 1; raid 2, raid6 3)',
  },
  'stripe-size': {
    type: 'string',
    alias: 'I',
    value: 'SIZE',
    describe: 'chunk of a stripe, a power of two from 4K (default 64K)',
  },
} as const;

/** How fast the kernel may synchronise. */
export const recoveryFlags = {
  'min-recovery-rate': {
    type: 'integer',
    value: 'KIB',
    describe: 'raid: at least so much a second on each image, also under load',
  },
  'max-recovery-rate': { type: 'integer', value: 'KIB', describe: 'raid: at most so much a second on each image; 0: no limit' },
} as const;

export const minorFlag = { type: 'string', value: 'N' } as const;

/**
 * A minor number, or `none`.
 *
 * @throws DvmError `bad-minor` (exit 64)
 */
export function minorOf(text: string | undefined): number | 'none' | undefined {
  if (text === undefined || text === 'none') return text;
  if (/^\d{1,7}$/.test(text) && Number(text) < 2 ** 20) return Number(text);
  throw fail('usage', 'bad-minor', `minor number "${text}" is not one from 0 to 1048575, nor "none"`);
}

export const onOff = { type: 'string', value: 'on|off', choices: ['on', 'off'] } as const;

export const pvList = {
  name: 'PV',
  describe: 'where to take extents from, in this order: PV ids, paths, @tags, each with ranges if wanted (PV:0-99:200-)',
  optional: true,
  many: true,
} as const;

/** What programs that make a volume have in common. */
export const newVolumeFlags = {
  tag: { type: 'list', value: 'TAG', describe: 'tag of the volume; may be repeated' },
  annotate: { type: 'list', value: 'KEY=VALUE', describe: 'text to keep with the volume; may be repeated' },
  'read-only': { type: 'boolean', describe: 'make the volume read-only' },
  autoactivate: { type: 'boolean', default: true, describe: 'activate at boot; --no-autoactivate keeps it down' },
  minor: { ...minorFlag, describe: 'minor number of its device (default: any that is free)' },
  id: { type: 'string', value: 'ID', describe: 'id of the volume, for scripts that must repeat (default: a new random one)' },
  time: { type: 'string', value: 'TIME', describe: 'time of creation, RFC 3339 (default: now)' },
} as const satisfies OptionSpecs;

/** What they say of the volume. */
export function newVolumeOf({ id, time, tag, annotate, autoactivate, minor, ...rest }: OptionValues<typeof newVolumeFlags>) {
  const readOnly = rest['read-only'];
  return { id: idFlag(id), created: timeFlag(time), tags: tag, annotate, readOnly, autoactivate, minor: minorOf(minor) };
}

/**
 * The id given, or a new one.
 *
 * @throws DvmError `bad-id` (exit 64)
 */
export function idFlag(text: string | undefined): string {
  if (text === undefined) return newId();
  if (isId(text)) return text;
  throw fail('usage', 'bad-id', `id "${text}" is not 20 characters of a-z and 2-7`);
}

/** Ids of the hidden volumes that come with one: new ones, or those that follow from its own id where that was given. */
export function partIdsFlag(id: string | undefined): PartIds {
  return (name) => newId(id === undefined ? undefined : () => sha256(id, name).subarray(0, 20));
}

/**
 * The time given (RFC 3339), or now, in UTC and whole seconds.
 *
 * @throws DvmError `bad-time` (exit 64)
 */
export function timeFlag(text: string | undefined): string {
  const time = text === undefined ? new Date() : new Date(parseTime(text));
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
