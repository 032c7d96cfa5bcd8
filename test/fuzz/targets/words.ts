import { checkName, dmName, mangle, splitDmName } from '#documents/names.js';
import { parseTarget } from '#dvm/verbs.js';
import { idFlag, timeFlag } from '#metadata/flags.js';
import { wantedSize } from '#metadata/sizes.js';
import { txnFlag } from '#replicator/versions.js';
import { fieldsOf } from '#report/fields.js';
import { parseFilter } from '#report/filter.js';
import { rowsOf } from '#report/rows.js';
import { parseSort } from '#report/select.js';
import { sampleView } from '#test/fixtures/group.js';
import type { Random } from '#test/support/random.js';
import type { Json } from '#tool/json.js';
import { parseTime } from '#tool/time.js';
import { formatSize, parseRange, parseSize } from '#tool/units.js';
import { attempt, must } from '../engine/oracle.js';
import type { Target } from '../engine/target.js';
import { mutateText } from '../mutate/text.js';

function textTarget(
  name: string,
  what: string,
  quick: number,
  seeds: Json[],
  words: readonly string[],
  read: (text: string) => boolean,
): Target {
  return {
    ...{ name, what, quick },
    seeds: () => seeds,
    mutate: (input: Json, random: Random, other: Json) => mutateText(String(input), random, String(other), words),
    run: (input) => (read(String(input)) ? 'accepted' : 'refused'),
  };
}

const units = ['G', 'KiB', 's', 'B', 'e', '%FREE', '%LV', '%VG', '+', '-', '.', '1M+4M', ' ', '2026-01-31T12:00:00Z', '+01:00'];

export const sizes: Target = textTarget(
  'sizes',
  'sizes, ranges, shares, ids and times as people type them',
  3000,
  [
    '10G',
    '1.5g',
    '8s',
    '4096B',
    '0',
    '1M+4M',
    '50%FREE',
    '+10%LV',
    '100',
    '9007199254740991s',
    '8191.999P',
    'a'.repeat(20),
    '2026-01-31T12:00:00.5+01:00',
  ],
  units,
  (text) => {
    const size = attempt(() => parseSize(text));
    if (size !== undefined) {
      must(Number.isSafeInteger(size) && size >= 0, `${text} is a whole number of sectors`);
      must(attempt(() => parseSize(`${size}s`)) === size && formatSize(size) !== '', 'a size gives itself back');
    }
    const range = attempt(() => parseRange(text));
    must(!range || (Number.isSafeInteger(range.start) && Number.isSafeInteger(range.length)), 'a range is of whole sectors');
    const shares = { VG: () => 1000, FREE: () => 100, PVS: () => 0, LV: () => 7 };
    const options = [{ size: text }, { extents: text }];
    const wanted = options.flatMap((o) =>
      (['', '+', '-'] as const).flatMap((sign) => attempt(() => wantedSize(o, 8192, shares, sign)) ?? []),
    );
    for (const w of wanted) must(Number.isSafeInteger(w.extents) && w.extents >= 0, 'a size is a whole number of extents');
    const rest = [() => idFlag(text), () => timeFlag(text), () => parseTime(text), () => txnFlag(text)].map(
      (read: () => unknown) => attempt(read),
    );
    return [size, range, wanted[0], ...rest].some((r) => r !== undefined);
  },
);

const operators = [
  '=',
  '!=',
  '<',
  '>=',
  '=~',
  '!~',
  ' and ',
  ' or ',
  ' not ',
  '&&',
  '||',
  '!',
  '(',
  ')',
  '"',
  "'",
  '10G',
  'null',
  'true',
  '^.*$',
  '[',
  '\\',
];

/** Expressions that take for ever on a name of 127 characters are the user's own; here they are only kept short. */
export const reportFilter: Target = textTarget(
  'report-filter',
  'the filter language and sort keys of report, on real rows',
  2000,
  [
    'lv_size >= 10G and (lv_tags = db or not lv_name =~ "^tmp")',
    'pv_missing',
    '!lv_active || lv_size < 8s',
    "vg_name != 'a\\'b'",
    'lv_size',
    '-lv_name,pv_free',
  ],
  [...operators, ...Object.values(fieldsOf).flatMap((fields) => fields.map((f) => f.name))],
  (text) => {
    attempt(() => parseSort([text]));
    const filter = attempt(() => parseFilter(text));
    if (!filter) return false;
    const quick = !/[*+{]/.test(text);
    for (const kind of ['vg', 'pv', 'lv', 'seg'] as const)
      for (const row of quick ? rowsOf([view], kind, kind, true) : [])
        must(typeof filter.passes(row) === 'boolean', 'a filter answers yes or no');
    return true;
  },
);
const view = sampleView();

export const names: Target = textTarget(
  'names',
  'names of groups and volumes, alone and as device-mapper names',
  3000,
  ['data', 'vg-0/fast-1', 'a--b', 'ö', 'pool_tdata', '..', '\\x2d', 'a\\', `${'x'.repeat(127)}`, '_rimage_0', 'g/v'],
  ['-', '--', '\\x2d', '\\', '_tdata', '_rimage_0', '/', 'ö', '.', '@'],
  (text) => {
    const parts = text.split('/');
    const checked = parts.map((part) => attempt(() => checkName(part, 'volume')));
    attempt(() => parseTarget(text));
    splitDmName(text);
    must(/^[\w#+.:=@\\-]*$/.test(mangle(text)), 'an encoded name holds only what device-mapper takes');
    if (checked.includes(undefined)) return false;
    for (const part of parts) must(mangle(part).length <= 127, 'a checked name fits');
    const [group = '', volume = 'v'] = parts;
    must(splitDmName(dmName(group, volume))?.join('/') === `${group}/${volume}`, 'the parts of a device-mapper name can be told');
    return true;
  },
);
