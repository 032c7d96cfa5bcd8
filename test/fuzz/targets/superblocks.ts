import { parseXfsInfo } from '#fs/probe.js';
import { families, headBytes, parseSuperblock, type Superblock } from '#fs/superblock.js';
import type { Random } from '#test/support/random.js';
import { attempt, must } from '../engine/oracle.js';
import { target } from '../engine/target.js';
import { type Field, fieldValue, mutateBytes, writeField } from '../mutate/bytes.js';
import type { Parts } from '../mutate/document.js';
import { mutateText } from '../mutate/text.js';

/** Where the numbers of each family stand, and what tells it. */
const superblockFields: Readonly<Record<string, { magic: [at: number, hex: string]; fields: Field[] }>> = {
  ext: { magic: [1080, '53ef'], fields: [field(1028, 4), field(1048, 4), field(1120, 4), field(1360, 4)] },
  xfs: { magic: [0, '58465342'], fields: [field(4, 4), field(8, 4), field(12, 4)] },
  btrfs: { magic: [65600, '5f42485266535f4d'], fields: [field(65672, 8), field(65737, 8), field(65745, 8), field(65680, 4)] },
  swap: { magic: [4086, '535741505350414345'], fields: [field(1028, 4)] },
};
/** xfs keeps its numbers big-endian. */
const sound = { ext: [4096, 2, 0, 0], xfs: [0x100000, 0, 0x4000000], btrfs: [1, 1, 2 ** 27, 4096], swap: [1023] };
const xfsInfo = 'meta-data=/dev/x isize=512\ndata     =                       bsize=4096   blocks=4096, imaxpct=25\n';

/** Numbers at the places of a superblock; a whole head of a device would be a long finding. */
export const superblocks = target<Parts>({
  name: 'superblocks',
  what: 'superblocks of foreign file systems, and what xfs_info prints',
  quick: 1000,
  seeds: () => [
    ...families.map((family) => ({ family, values: sound[family], hex: '' })),
    ...families.map((family) => ({ family, values: Array(4).fill(2 ** 32 - 1), hex: '' })),
    { text: xfsInfo },
  ],
  mutate: (input, random, other) => {
    const { text, values, hex } = input;
    if (text !== undefined) return { text: mutateText(String(text), random, xfsInfo, ['bsize=', 'blocks=', '512', '\ndata = ']) };
    if (random.chance(0.1)) return { ...input, family: random.pick(families) };
    if (random.chance(0.1)) return { ...input, hex: mutateBytes(headOf(hex), random, headOf(other.hex)).toString('hex') };
    return { ...input, values: changedValues(Array.isArray(values) ? values.map(Number) : [], random) };
  },
  run: ({ text, family, values, hex }) => {
    if (text !== undefined) return judged(attempt(() => parseXfsInfo(String(text))));
    const known = families.find((f) => f === family) ?? 'ext';
    const head = Buffer.alloc(headBytes);
    headOf(hex).copy(head);
    const { magic, fields } = superblockFields[known] as (typeof superblockFields)[string];
    head.write(magic[1], magic[0], 'hex');
    for (const [i, f] of fields.entries()) writeField(head, f, Number(Array.isArray(values) ? values[i] : 0) || 0);
    return judged(attempt(() => parseSuperblock(known, head)));
  },
});

function field(at: number, width: Field['width']): Field {
  return { at, width };
}

function headOf(hex: unknown): Buffer {
  const head = Buffer.from(String(hex ?? ''), 'hex').subarray(0, 2048);
  return head.length > 0 ? head : Buffer.alloc(64);
}

function changedValues(values: number[], random: Random): number[] {
  const at = random.below(4);
  return Array.from({ length: 4 }, (_, i) => (i === at ? fieldValue(random) : (values[i] ?? 0)));
}

/** What is believed can be told in sectors and reckoned with. */
function judged(found: Superblock | undefined) {
  if (!found) return 'refused';
  const { size, blockSize } = found;
  must(Number.isSafeInteger(size / 512) && size > 0, `a size is of whole sectors: ${size}`);
  must(Number.isSafeInteger(blockSize / 512) && blockSize > 0, `a block is of whole sectors: ${blockSize}`);
  return 'accepted';
}
