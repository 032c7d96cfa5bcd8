import { assert, suite, thrown } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';
import { canonical, canonicalLines, type Json, parseJson, sameJson } from '#tool/json.js';

const json = suite('json');

async function refused(input: string | Uint8Array, limits?: { bytes: number; depth: number }): Promise<string> {
  const e = await thrown<DvmError>(() => parseJson(input, 'in', limits));
  assert.is(`${e.code} ${e.exitCode}`, 'bad-json 65', e.message);
  return e.message.replace('"in" is not a JSON document: ', '');
}

json('refused: what JSON.parse lets through', async () => {
  const cases: [string, string][] = [
    ['{"a":1,"a":2}', 'duplicate key "a" at offset 7'],
    ['{"a":1,"\\u0061":2}', 'duplicate key "\\u0061" at offset 7'],
    ['{"\\"":1,"\\u0022":2}', 'duplicate key "\\u0022" at offset 8'],
    ['[{"b":{"a":1},"b":0}]', 'duplicate key "b" at offset 14'],
    [`{${Array.from({ length: 40 }, (_, i) => `"k${i}":{"k":${i}}`).join()},"k7":0}`, 'duplicate key "k7" at offset 581'],
    ['{"__proto__":1}', 'key "__proto__" at offset 1'],
    ['{"\\u005f_proto__":1}', 'key "__proto__" at offset 1'],
    ['9007199254740992', 'number 9007199254740992 at offset 0 cannot be held exactly'],
    ['[-9007199254740993]', 'number -9007199254740993 at offset 1 cannot be held exactly'],
    ['{"n":1e16}', 'number 1e16 at offset 5 cannot be held exactly'],
    ['1e999', 'number 1e999 at offset 0 cannot be held exactly'],
    [`[${'9'.repeat(100_000)}]`, `number ${'9'.repeat(40)} at offset 1 cannot be held exactly`],
    ['"a\0"', 'JSON.parse'],
    ['\0', 'NUL byte at offset 0'],
    ['{"a":1}\0', 'NUL byte at offset 7'],
    [`${'['.repeat(65)}${']'.repeat(65)}`, 'nested deeper than 64 at offset 64'],
    ['['.repeat(1_000_000), 'nested deeper than 64 at offset 64'],
    ['{"a":'.repeat(100_000), 'nested deeper than 64 at offset 320'],
  ];
  for (const [text, why] of cases) {
    const message = await refused(text);
    if (why !== 'JSON.parse') assert.is(message, why, text.slice(0, 50));
  }
});

json('refused: syntax', async () => {
  const texts = [
    '{',
    '[1',
    '"a',
    '"a\\',
    '{"a"',
    '{"a":}',
    '[1,]',
    '{,}',
    '01',
    '+1',
    '.5',
    '1.',
    '1-2',
    'NaN',
    '-Infinity',
    'nul',
    "{'a':1}",
  ];
  for (const text of [...texts, '{} {}', ' ', '"\n"', '"\\x"', '{"a":1,}', ']', '}', '\ufeff{}', '// x\n{}']) {
    assert.ok(await refused(text), text);
  }
});

json('refused: bytes', async () => {
  assert.is(await refused(''), 'empty');
  assert.is(await refused(new Uint8Array()), 'empty');
  assert.is(await refused(Buffer.from([0x22, 0xff, 0x22])), 'not valid UTF-8');
  assert.is(await refused(Buffer.from([0x22, 0xc0, 0x80, 0x22])), 'not valid UTF-8');
  assert.is(await refused(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), 'not valid UTF-8');
  assert.is(await refused('[1,2]', { bytes: 4, depth: 9 }), 'longer than 4 bytes');
  assert.is(await refused('[[1]]', { bytes: 9, depth: 1 }), 'nested deeper than 1 at offset 1');
});

json('read: limits are inclusive, odd strings and keys are fine', () => {
  assert.equal(parseJson('[[1]]', 'in', { bytes: 5, depth: 2 }), [[1]]);
  assert.equal(parseJson('[9007199254740991,-9007199254740991,0.5,1E3,-0.0]', 'in'), [2 ** 53 - 1, 1 - 2 ** 53, 0.5, 1000, -0]);
  assert.equal(parseJson('{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}', 'in'), { a: { a: { a: 1 } }, b: [{ a: 1 }, { a: 2 }] });
  assert.equal(parseJson('["{\\"a\\":1,\\"a\\":2}","9007199254740993","\\\\",""]', 'in'), [
    '{"a":1,"a":2}',
    '9007199254740993',
    '\\',
    '',
  ]);
  assert.equal(parseJson('{"":1,"constructor":2," ":3,"\\ud800":4}', 'in'), {
    '': 1,
    constructor: 2,
    ' ': 3,
    '\ud800': 4,
  } as never);
});

json('canonical: sorted keys, no white space', () => {
  assert.is(canonical({ b: [1, { d: 2, c: null }], a: 'x\u2028', A: true }), '{"A":true,"a":"x\u2028","b":[1,{"c":null,"d":2}]}');
  assert.is(canonical({ b: undefined, a: -0 }), '{"a":0}');
});

json('canonical: refuses what JSON cannot carry', async () => {
  const cases: [unknown, string][] = [
    [Number.NaN, 'number NaN of a document cannot be told exactly'],
    [{ a: [Number.POSITIVE_INFINITY] }, 'number Infinity of a document cannot be told exactly'],
    [[2 ** 53], 'number 9007199254740992 of a document cannot be told exactly'],
    [{ a: 1n }, 'canonical: BigInt has no JSON form'],
  ];
  for (const [value, message] of cases) {
    assert.is((await thrown(() => canonical(value))).message, message);
    assert.is((await thrown(() => canonicalLines(value))).message, message);
  }
});

json('what is nested deeper than the stack may hold is neither printed nor compared', async () => {
  const nested = (depth: number): Json => JSON.parse(`${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`) as Json;
  assert.ok(sameJson(nested(128), JSON.parse(canonical(nested(128)))));
  for (const depth of [130, 100_000])
    for (const act of [
      () => canonical(nested(depth)),
      () => canonicalLines(nested(depth)),
      () => sameJson(nested(depth), nested(depth)),
    ])
      assert.is((await thrown(act)).message, 'a document is nested deeper than 128');
});

json('canonicalLines: an entry a line down to the depth', () => {
  const value = { b: { y: { p: [1] }, x: {} }, a: [1, { c: 2, b: 1 }], n: undefined };
  assert.is(canonicalLines(value, 2), '{\n"a":[1,{"b":1,"c":2}],\n"b":{\n"x":{},\n"y":{"p":[1]}\n}\n}\n');
  assert.is(canonicalLines(value, 0), `${canonical(value)}\n`);
  assert.is(canonicalLines({}, 3), '{}\n');
});

const pieces = ['a', 'b', '"', '\\', '\u0000', '\ud83d\ude00', '\ud800', '{', '}', ':', ',', '1', '\n', 'é', '__'];
const numbers = [0, -1, 1.5, 2 ** 53 - 1, -(2 ** 53 - 1), 1e-300, 5e-324, 0.1, 123456789012345];

/** A random document whose nesting stays below `depth`. */
function randomValue(random: Random, depth: number): Json {
  const text = () => Array.from({ length: random.below(6) }, () => random.pick(pieces)).join('');
  const kind = random.below(depth > 0 ? 6 : 4);
  if (kind === 0) return random.pick([null, true, false]);
  if (kind === 1) return random.pick(numbers);
  if (kind < 4) return text();
  if (kind === 4) return Array.from({ length: random.below(5) }, () => randomValue(random, depth - 1));
  return Object.fromEntries(Array.from({ length: random.below(5) }, () => [text(), randomValue(random, depth - 1)]));
}

json('what canonical prints is read back as it was, and printed the same', () => {
  forSeeds(3000, (seed) => {
    const value = randomValue(new Random(seed), 6);
    for (const text of [canonical(value), canonicalLines(value, seed % 5)]) {
      const back = parseJson(text, 'in');
      assert.equal(back, value);
      assert.is(canonical(back), canonical(value));
    }
  });
});

json('keys that look like numbers are sorted as text, whatever order the engine keeps them in', () => {
  assert.is(canonical({ 9: 1, 10: 2, a: { 2: 0, 1: 0 } }), '{"10":2,"9":1,"a":{"1":0,"2":0}}');
  assert.is(canonical([new Date(0)]), '["1970-01-01T00:00:00.000Z"]');
});

/** The value with its keys in another order, and sometimes something else changed. */
function variant(random: Random, value: Json): Json {
  if (random.chance(0.03)) return randomValue(random, 1);
  if (Array.isArray(value)) return value.map((v) => variant(random, v));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, v]): [string, Json | undefined] => [key, variant(random, v)]);
  if (random.chance(0.1)) entries.push(['gone', undefined]);
  return Object.fromEntries(random.shuffle(entries)) as Json;
}

json('sameJson: as comparing canonical texts', () => {
  let same = 0;
  forSeeds(3000, (seed) => {
    const random = new Random(seed);
    const a = randomValue(random, 5);
    const b = variant(random, a);
    const expected = canonical(a) === canonical(b);
    if (expected) same++;
    assert.is(sameJson(a, b), expected, `${canonical(a)} and ${canonical(b)}`);
    assert.is(sameJson(b, a), expected);
  });
  assert.ok(process.env.SEED || (same > 300 && same < 2900), `${same} of 3000 were the same`);
});

json('damaged documents: read only if JSON.parse agrees, refused only with bad-json', () => {
  const bytes = ['"', '\\', '{', '}', '[', ']', ':', ',', '0', '-', 'e', '.', ' ', 'a', 'u', '\u0001'];
  forSeeds(5000, (seed) => {
    const random = new Random(seed);
    let text = canonical(randomValue(random, 5));
    for (let i = random.below(4); i >= 0; i--) {
      const at = random.below(text.length + 1);
      text = text.slice(0, at) + (random.chance(0.5) ? random.pick(bytes) : '') + text.slice(at + random.below(3));
    }
    let read: { value: Json } | undefined;
    try {
      read = { value: parseJson(text, 'in') };
    } catch (e) {
      assert.is((e as DvmError).code, 'bad-json');
    }
    if (read) assert.equal(read.value, JSON.parse(text));
  });
});

json.run();
