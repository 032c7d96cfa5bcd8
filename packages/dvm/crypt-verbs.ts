import { allocationFlag } from '#metadata/flags.js';
import { cryptSectorSizes } from '#metadata/kinds/crypt.schema.js';
import { changeOptions, passOn, tmWords, verb } from './verb.js';
import { parseVolume, update } from './verbs.js';

const words = [
  ...['size', 'extents', 'stripes', 'stripe-size', 'allocation'],
  ...['key', 'key-size', 'cipher', 'sector-size', 'discards', 'tag', 'read-only', 'autoactivate'],
];

/** Verbs about encryption. */
export const cryptVerbs = [
  verb(
    'crypt',
    "Make an encrypted volume, whose key is in the kernel's keyring.",
    [
      { name: 'TARGET', describe: 'GROUP/VOLUME' },
      { name: 'DEVICE', describe: 'block devices to take the extents from', optional: true, many: true },
    ],
    {
      ...changeOptions,
      size: { type: 'string', alias: 'L', value: 'SIZE', describe: 'size: 10G' },
      extents: { type: 'string', alias: 'l', value: 'EXTENTS', describe: 'the same in extents, or 50%FREE, 100%VG' },
      stripes: { type: 'integer', alias: 'i', value: 'N', describe: 'stripe over N devices' },
      'stripe-size': { type: 'string', alias: 'I', value: 'SIZE', describe: 'bytes written to one device before the next' },
      allocation: { ...allocationFlag, describe: 'how extents are chosen' },
      key: { type: 'string', value: 'TYPE:DESCRIPTION', describe: "a key in the kernel's keyring: logon:dvm:data" },
      'key-size': { type: 'integer', value: 'BYTES', describe: 'how long it is (64)' },
      cipher: { type: 'string', value: 'CIPHER', describe: 'as dm-crypt takes it (aes-xts-plain64)' },
      'sector-size': {
        type: 'string',
        value: 'BYTES',
        choices: cryptSectorSizes.map(String),
        describe: 'what is encrypted as one (512)',
      },
      discards: { type: 'boolean', describe: 'hand discards on: what is free can then be told from outside' },
      tag: { type: 'list', value: 'TAG', describe: 'tag of the new volume' },
      'read-only': { type: 'boolean', describe: 'refuse writes to it' },
      autoactivate: { type: 'boolean', describe: 'bring it up at boot: its key is there by then' },
    },
    (call) => {
      const { group, volume } = parseVolume(call.positionals[0] ?? '');
      return [
        update(group, tmWords(call.options), ['lv_crypt', volume, ...passOn(call.options, words), ...call.positionals.slice(1)]),
      ];
    },
  ),
];
