import { parseFilter } from '#report/filter.js';
import { rowsOf } from '#report/rows.js';
import { sampleView } from '#test/fixtures/group.js';
import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';

const volumes = rowsOf([sampleView()], 'lv', 'lv', true);
const filter = suite('report filter');

/** Names of the sample's volumes that pass. */
function passing(text: string): string {
  const f = parseFilter(text);
  return volumes
    .filter((row) => f.passes(row))
    .map((row) => row.lv?.lv.name)
    .join(' ');
}

const cases: [filter: string, names: string][] = [
  ['lv_name = data', 'data'],
  ['lv_name != data', 'fast-1 lost region0'],
  ["lv_name = 'data'", 'data'],
  ['lv_name = fast-1', 'fast-1'],
  ['lv_path = /dev/dvm/vg-0/lost', 'lost'],
  ['lv_size > 80M', 'data fast-1'],
  ['lv_size >= 160M', 'fast-1'],
  ['lv_size = 163840K', 'fast-1'],
  ['lv_size<0.0625G', 'lost region0'],
  ['seg_count = 2', 'data'],
  ['lv_extent_count <= 5', 'lost region0'],
  ['lv_active', 'data fast-1'],
  ['not lv_active', 'lost region0'],
  ['!lv_active', 'lost region0'],
  ['lv_active = no', 'lost region0'],
  ['lv_active != true', 'lost region0'],
  ['lv_open_count = null', 'lost region0'],
  ['lv_open_count != null', 'data fast-1'],
  ['lv_open_count > 0', 'data'],
  ['lv_open_count < 1', 'fast-1'],
  ['lv_tags = db', 'data'],
  ['lv_tags != db', 'fast-1 lost region0'],
  ['lv_tags = null', 'fast-1 lost region0'],
  ['lv_tags =~ ^ke', 'data'],
  ['lv_tags !~ .', 'fast-1 lost region0'],
  ["lv_name =~ '^(data|lost)$'", 'data lost'],
  ['lv_health_status =~ x', ''],
  ['lv_name = data or lv_name = lost and lv_active', 'data'],
  ['(lv_name = data or lv_name = lost) and not lv_active', 'lost'],
  ['lv_name = data || lv_name = lost && !lv_active', 'data lost'],
  ['not (lv_active or lv_hidden)', 'lost'],
  ['not not lv_hidden', 'region0'],
  ['vg_name = vg-0 and vg_free > 0s and lv_hidden = yes', 'region0'],
  ['lv_name < e', 'data'],
  ["lv_name = 'null'", ''],
  [`lv_name =~ "\\." or lv_name = "a\\"b"`, ''],
];

for (const [text, names] of cases) filter(text, () => assert.is(passing(text), names));

const refusals: [filter: string, message: string][] = [
  ['', 'filter, column 1: expected a field, found the end'],
  ['lv_name', 'filter, column 8: expected an operator after "lv_name", found the end'],
  ['lv_name data', 'filter, column 9: expected an operator after "lv_name", found "data"'],
  ['lv_name =', 'filter, column 10: expected a value after "=", found the end'],
  ['lv_name = = x', 'filter, column 11: expected a value after "=", found "="'],
  ['lv_name = data lv_active', 'filter, column 16: expected "and", "or" or the end, found "lv_active"'],
  ['lv_active and', 'filter, column 14: expected a field, found the end'],
  ['(lv_active', 'filter, column 11: expected ")" for the one in column 1, found the end'],
  ['lv_active)', 'filter, column 10: expected "and", "or" or the end, found ")"'],
  ['"lv_name" = x', 'filter, column 1: expected a field, found "lv_name"'],
  ["lv_name = 'data", 'filter, column 11: the quote is not closed'],
  ['lv_name & x', 'filter, column 9: "&" means nothing here'],
  ['  lv_size > 10', 'filter, column 13: size "10" has no unit'],
  ['lv_size > big', 'filter, column 11: size "big" is not a number with a unit'],
  ['lv_size =~ 1', 'filter, column 9: "lv_size" is a size, "=~" needs a text'],
  ['lv_name =~ (', 'filter, column 12: expected a value after "=~", found "("'],
  ['seg_count = two', 'filter, column 13: "two" is not a whole number'],
  ['lv_active = maybe', 'filter, column 13: "maybe" is not true, false or null'],
  ['lv_active = constructor', 'filter, column 13: "constructor" is not true, false or null'],
  ['lv_active < true', 'filter, column 11: "<" does not go with true'],
  ['lv_size > null', 'filter, column 9: ">" does not go with null'],
  [`${'('.repeat(200)}lv_active`, 'filter, column 102: nested deeper than 100'],
  [`${'not '.repeat(200)}lv_active`, 'filter, column 405: nested deeper than 100'],
  ['x'.repeat(5000), 'filter, column 4097: longer than 4096 characters'],
];

for (const [text, message] of refusals)
  filter(`refused: ${text.slice(0, 40)}`, async () => {
    const e = await thrown<DvmError>(() => parseFilter(text));
    assert.is(`${e.code} ${e.exitCode}`, 'bad-filter 64');
    assert.is(e.message, message);
    assert.equal(e.details, { column: Number(/column (\d+)/.exec(message)?.[1]) });
  });

filter('a wrong regular expression is refused with its column and what is wrong, in the words of the runtime', async () => {
  const e = await thrown<DvmError>(() => parseFilter("lv_name =~ '('"));
  assert.is(`${e.code} ${e.exitCode}`, 'bad-filter 64');
  assert.match(e.message, /^filter, column 12: invalid regular expression: .*(Unterminated group|missing \))/);
  assert.equal(e.details, { column: 12 });
});

filter('an unknown field is refused with its column', async () => {
  const e = await thrown<DvmError>(() => parseFilter('lv_active and nme = x'));
  assert.is(`${e.code}: ${e.message}`, 'unknown-field: filter, column 15: "nme" is not a field of a report');
});

filter.run();
