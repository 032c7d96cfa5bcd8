import { filterTool } from '#metadata/filter.js';
import { partIdsFlag, pvList } from '#metadata/flags.js';
import type { IntegrityOptions } from '#metadata/integrity/change.js';
import { dropIntegrity, giveIntegrity } from '#metadata/integrity/give.js';
import { integrityAlgorithms, integrityBlockSizes, integrityModes } from '#metadata/kinds/integrity.schema.js';

export const tool = filterTool({
  name: 'lv_integrity',
  summary: 'Gives a volume checksums, so that what comes back otherwise than it was written is an error, or takes them away.',
  positionals: [
    { name: 'VOLUME', describe: 'name or id' },
    { ...pvList, describe: 'where the checksums go, in this order' },
  ],
  options: {
    off: { type: 'boolean', describe: 'take them away; the data stays' },
    mode: {
      type: 'string',
      value: 'MODE',
      choices: integrityModes,
      default: 'journal',
      describe: 'journal: every write twice, sound after a crash; bitmap: faster, what was being written then is not checked',
    },
    algorithm: { type: 'string', value: 'NAME', choices: integrityAlgorithms, default: 'crc32c', describe: 'of the checksums' },
    'block-size': {
      type: 'string',
      value: 'BYTES',
      choices: integrityBlockSizes.map(String),
      default: '512',
      describe: 'bytes that one checksum is of, and the least that can be written',
    },
  },
  edit(draft, { positionals: [volume = '', ...pvs], options, note }) {
    if (options.off) return dropIntegrity(draft, volume).forEach(note);
    const { mode, algorithm, 'block-size': blockSize } = options;
    const how = { mode, algorithm, blockSize: Number(blockSize) } as Pick<IntegrityOptions, 'mode' | 'algorithm' | 'blockSize'>; // as the choices are
    giveIntegrity(draft, volume, { ...how, pvs, partIds: partIdsFlag(undefined) }).forEach(note);
  },
});
