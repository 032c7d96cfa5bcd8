import { assert, suite, thrown } from '#test/support/check.js';
import type { DvmError } from '#tool/errors.js';
import { type OptionSpecs, parseArguments } from '#tool/options.js';

const specs = {
  sort: { type: 'string', alias: 's', describe: '' },
  tag: { type: 'list', describe: '' },
  many: { type: 'integer', describe: '' },
  force: { type: 'boolean', alias: 'f', describe: '' },
  kernel: { type: 'boolean', default: true, describe: '' },
  format: { type: 'string', choices: ['table', 'json'], default: 'table', describe: '' },
} as const satisfies OptionSpecs;
const names = [
  { name: 'NAME', describe: '' },
  { name: 'PV', describe: '', optional: true, many: true },
];

function parse(...argv: string[]) {
  return parseArguments(argv, specs, names, false);
}

/** The refusal's stable code and message. */
async function refused(...argv: string[]): Promise<string> {
  const e = await thrown<DvmError>(() => parse(...argv));
  assert.is(e.exitCode, 64);
  return `${e.code}: ${e.message}`;
}

const options = suite('options');

options('nothing given: defaults, empty lists, false', () => {
  const { options: o, rest } = parse('a');
  assert.equal(o, { sort: undefined, tag: [], many: undefined, force: false, kernel: true, format: 'table' });
  assert.is(rest, undefined);
});

options('values in every form', () => {
  for (const argv of [['--sort', 'x'], ['--sort=x'], ['-s', 'x'], ['-sx'], ['-fs', 'x']])
    assert.is(parse('a', ...argv).options.sort, 'x', argv.join(' '));
  assert.is(parse('a', '--sort=').options.sort, '');
});

options('the word after a valued flag is its value even when it looks like a flag', () => {
  assert.is(parse('a', '--sort', '-size').options.sort, '-size');
  assert.is(parse('a', '-s', '-5').options.sort, '-5');
  assert.is(parse('a', '--many', '-3').options.many, -3);
});

options('lists gather repeats in order', () => {
  assert.equal(parse('--tag', 'a', 'n', '--tag=b').options.tag, ['a', 'b']);
});

options('booleans: negated, repeated, the last one holds', () => {
  assert.is(parse('a', '--no-kernel').options.kernel, false);
  assert.is(parse('a', '--force', '--no-force').options.force, false);
  assert.is(parse('a', '--no-force', '-f').options.force, true);
});

options('a number with a sign is a word', () => {
  assert.equal(parse('-1', '-f', '-23').positionals, ['-1', '-23']);
  assert.equal(parse('a', '--', '-1').positionals, ['a', '-1']);
});

options('words: order kept, "-" is one, flags may stand between', () => {
  assert.equal(parse('a', '-f', '-', 'b').positionals, ['a', '-', 'b']);
  assert.equal(parse('a', '--', '-f', '--sort').positionals, ['a', '-f', '--sort']);
});

options('what follows "--" goes to a command that takes it', () => {
  const { positionals, rest } = parseArguments(['a', '--', 'lv_create', '--size', '1G', '--', 'x'], specs, names, true);
  assert.equal(positionals, ['a']);
  assert.equal(rest, ['lv_create', '--size', '1G', '--', 'x']);
  assert.equal(parseArguments(['a', '--'], specs, names, true).rest, []);
});

options('refused: flags', async () => {
  assert.is(await refused('a', '--nope'), 'unknown-option: unknown option "--nope"');
  assert.is(await refused('a', '-x'), 'unknown-option: unknown option "-x"');
  assert.is(await refused('a', '--toString'), 'unknown-option: unknown option "--toString"');
  assert.is(await refused('a', '--__proto__', 'x'), 'unknown-option: unknown option "--__proto__"');
  assert.is(await refused('a', '--no-sort'), 'unknown-option: unknown option "--no-sort"');
  assert.is(await refused('a', '--sort'), 'missing-value: option "--sort" has no value');
  assert.is(await refused('a', '--sort', '--'), 'missing-value: option "--sort" has no value');
  assert.is(await refused('a', '--sort', 'a', '-s', 'b'), 'repeated-option: option "--sort" is given more than once');
  assert.is(await refused('a', '--force=yes'), 'bad-option: option "--force" takes no value, found "yes"');
  assert.is(await refused('a', '--format', 'xml'), 'bad-option: option "--format" is "xml", not one of table, json');
  for (const bad of ['', '1e3', '0x10', '1.5', ' 1', '9999999999999999'])
    assert.is(await refused('a', '--many', bad), `bad-option: option "--many" is "${bad}", not a whole number`);
});

options('refused: words', async () => {
  assert.is(await refused(), 'missing-argument: argument NAME is missing');
  const e = await thrown<DvmError>(() => parseArguments(['a', 'b'], specs, names.slice(0, 1), false));
  assert.is(e.message, 'unexpected argument "b"');
  assert.is(e.code, 'surplus-argument');
});

options('refused: a required flag that is missing, single or list', async () => {
  for (const type of ['string', 'list'] as const) {
    const e = await thrown<DvmError>(() => parseArguments([], { size: { type, describe: '', required: true } }, [], false));
    assert.is(`${e.code}: ${e.message}`, 'missing-option: option "--size" is missing');
  }
});

options.run();
