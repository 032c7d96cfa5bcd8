import { createCrypt, type NewCrypt } from '#metadata/crypt/create.js';
import { filterTool } from '#metadata/filter.js';
import { allocationFlag, newVolumeFlags, newVolumeOf, partIdsFlag, pvList, sizeFlags } from '#metadata/flags.js';
import { cryptSectorSizes } from '#metadata/kinds/crypt.schema.js';
import { parseSize } from '#tool/units.js';

export const tool = filterTool({
  name: 'lv_crypt',
  summary: "Creates an encrypted volume, whose key is in the kernel's keyring.",
  positionals: [{ name: 'NAME', describe: 'name of the new volume' }, pvList],
  options: {
    ...sizeFlags,
    key: { type: 'string', value: 'TYPE:DESCRIPTION', describe: "a key in the kernel's keyring: logon:dvm:data" },
    'key-size': { type: 'integer', value: 'BYTES', default: 64, describe: 'how long it is (64: two keys of AES-256 for xts)' },
    cipher: { type: 'string', value: 'CIPHER', default: 'aes-xts-plain64', describe: 'as dm-crypt takes it' },
    'sector-size': {
      type: 'string',
      value: 'BYTES',
      choices: cryptSectorSizes.map(String),
      default: '512',
      describe: 'what is encrypted as one, and the least that can be written',
    },
    discards: { type: 'boolean', describe: 'hand discards on: what is free can then be told from outside' },
    stripes: { type: 'integer', alias: 'i', value: 'N', default: 1, describe: 'number of PVs to stripe over' },
    'stripe-size': {
      type: 'string',
      alias: 'I',
      value: 'SIZE',
      describe: 'chunk of a stripe, a power of two from 4K (default 64K)',
    },
    allocation: { ...allocationFlag, describe: "policy of this volume, now and later (default: the group's)" },
    ...newVolumeFlags,
    // the key of one volume that is not there would keep the others of its group down
    autoactivate: { ...newVolumeFlags.autoactivate, default: false, describe: 'activate at boot: its key is there by then' },
  },
  edit(draft, { positionals: [name = '', ...pvs], options, note }) {
    const { size, extents, key = '', cipher, discards, stripes, allocation, 'key-size': keySize, 'stripe-size': chunk } = options;
    const sectorSize = Number(options['sector-size']) as NewCrypt['sectorSize']; // as the choices are
    const place = {
      size,
      extents,
      stripes,
      allocation,
      stripeSize: chunk === undefined ? undefined : parseSize(chunk, 'stripe size'),
    };
    const crypt = { key, keySize, cipher, sectorSize, discards };
    createCrypt(draft, { name, pvs, ...place, ...crypt, ...newVolumeOf(options), partIds: partIdsFlag(options.id) }).forEach(
      note,
    );
  },
});
