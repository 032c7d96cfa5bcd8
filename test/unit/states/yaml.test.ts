import { assert, suite } from '#test/support/check.js';
import { compiled, piece, problems } from '#test/support/states.js';

const test = suite('YAML of states');

test('YAML and JSON are the same', async () => {
  const yaml = await compiled('a:\n  t.ok:\n    - x: 1\n    - mode: 0o644\n');
  const json = await compiled({ 'main.json': '{"a": {"t.ok": [{"x": 1}, {"mode": 420}]}}' });
  assert.equal(piece(yaml, 'a').args, piece(json, 'a').args);
});

test('aliases and merged maps', async () => {
  const states = await compiled('a:\n  t.ok: &x\n    one: 1\n    two: 2\nb:\n  t.ok:\n    <<: *x\n    two: 3\nc:\n  t.ok: *x\n');
  assert.equal(piece(states, 'b').args, { one: 1, two: 3 });
  assert.equal(piece(states, 'c').args, { one: 1, two: 2 });
});

const refusals: Record<string, [yaml: string, wanted: RegExp]> = {
  'a key twice': [
    'a: t.ok\na: t.ok\n',
    /^main.yaml:2 duplicate-key: "a" is here twice, first on line 1 \(rename or remove one\)$/,
  ],
  'a template without quotes': [
    'a:\n  t.ok:\n    - x: {{ facts.os }}\n',
    /^main.yaml:3 bad-key: a key is no text \(put templates in quotes: "\{\{ … \}\}"\)$/,
  ],
  'a key of nothing': ['? \n: 1\n', /main.yaml:1 bad-key/],
  __proto__: ['__proto__: t.ok\n', /main.yaml:1 bad-key/],
  'an alias of nothing': ['a: *x\n', /main.yaml:1 bad-yaml: .*(alias|Alias)/],
  'an alias inside itself': ['a: &x [*x]\n', /main.yaml:1 bad-yaml: alias "x" stands inside what it names, or before it/],
  'a tag': ['a: !!js/function "x"\n', /main.yaml:1 bad-yaml/],
  'two documents': ['a: t.ok\n---\nb: t.ok\n', /main.yaml:\d bad-yaml: a second document begins here/],
  'no YAML': ['a: [1\n', /main.yaml:\d bad-yaml/],
  'a tabulator': ['a:\n\tt.ok: []\n', /main.yaml:2 bad-yaml/],
  'a number past what can be told': [
    'a:\n  t.ok:\n    - x: 9007199254740993\n',
    /main.yaml:3 bad-value: the value 9007199254740992 cannot be told exactly/,
  ],
  '<< of nothing': ['a:\n  <<: 1\n', /main.yaml:2 bad-yaml: "<<" names no map/],
  'nested too deep': [
    `a:\n  t.ok:\n    - x: ${'['.repeat(80)}${']'.repeat(80)}\n`,
    /main.yaml:3 too-deep: nested deeper than 64/,
  ],
  'nested far too deep': [`a: ${'['.repeat(100_000)}`, /main.yaml:1 too-deep: nested deeper than 64/],
  'too long': [`a: ${'x'.repeat(17 << 20)}`, /main.yaml:1 too-large/],
};

for (const [what, [yaml, wanted]] of Object.entries(refusals))
  test(`refused: ${what}`, async () => assert.match((await problems(yaml)).join('\n'), wanted));

test('aliases that multiply', async () => {
  const lines = Array.from({ length: 30 }, (_, i) => `  l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}*l${i}]`);
  const bomb = `a:\n  t.ok:\n    l0: &l0 [x]\n${lines.join('\n').replaceAll('  l', '    l')}\n`;
  assert.match((await problems(bomb)).join('\n'), /too-large: the states multiply to more than can be compiled/);
  assert.match((await problems({ 'main.yaml': 'a: t.ok', 'data.yaml': bomb })).join('\n'), /data.yaml:1 too-large/);
});

test.run();
