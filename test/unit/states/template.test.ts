import { Problems } from '#states/compile/problems.js';
import { parseYaml } from '#states/compile/yaml.js';
import { expand } from '#states/template/expand.js';
import { plain } from '#states/template/nodes.js';
import { Budget, type Value } from '#states/template/values.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { DvmError } from '#tool/errors.js';

const test = suite('templates');

const scope = new Map<string, Value>([
  [
    'facts',
    { os: 'debian', cpus: 4, roles: ['web', 'db'], nested: { a: { b: 'deep' } }, none: null, odd: 'x: {evil: true}\n- y' },
  ],
  [
    'data',
    {
      users: [
        { name: 'ann', uid: 7 },
        { name: 'bob', uid: 8 },
      ],
      ports: { http: 80, https: 443 },
      empty: [],
    },
  ],
]);

function expanded(yaml: string): unknown {
  const problems = new Problems();
  const place = { repository: 'r', file: 'f.yaml' };
  const node = parseYaml(yaml, place, problems);
  const made = node && expand(node, scope, { place, problems, budget: new Budget() });
  const error = problems.error();
  if (error) throw error;
  return made && JSON.parse(JSON.stringify(plain(made, new Budget())));
}

async function wrong(yaml: string): Promise<string> {
  const e = await thrown(() => expanded(yaml));
  if (!(e instanceof DvmError)) throw e;
  return e.message;
}

const values: Record<string, unknown> = {
  'facts.os': 'debian',
  'facts.nested.a.b': 'deep',
  'facts.roles[0]': 'web',
  'facts.roles[-1]': 'db',
  "facts['os']": 'debian',
  'facts.cpus * 2 + 1': 9,
  '(1 + 2) * 3 - 10 / 4 % 2': 8.5,
  '-facts.cpus': -4,
  '"a" + \'b\'': 'ab',
  '[1, 2] + [3]': [1, 2, 3],
  '"it\\\'s \\"so\\"\\n"': 'it\'s "so"\n',
  'facts.cpus > 2 and facts.os == "debian"': true,
  'not facts.none and facts.os != "debian" or 3 <= 3': true,
  '"web" in facts.roles': true,
  '"mail" not in facts.roles': true,
  '"os" in facts': true,
  '"eb" in facts.os': true,
  '1 if facts.none else 2': 2,
  '"x" if data.empty else "y" if facts.cpus < 4 else "z"': 'z',
  'facts.missing | default("d")': 'd',
  'facts.missing.below | default(1) + 1': 2,
  'facts.os | upper': 'DEBIAN',
  '" A " | trim | lower': 'a',
  'facts.roles | join(", ")': 'web, db',
  '"a,b" | split(",")': ['a', 'b'],
  'data.ports | keys': ['http', 'https'],
  'data.ports | values | sort': [80, 443],
  '["b", "a", "b"] | unique | sort': ['a', 'b'],
  'data.users | length': 2,
  'data.users | first': { name: 'ann', uid: 7 },
  '[1, 2] | last': 2,
  '"5" | int + 1': 6,
  '3.9 | int': 3,
  '5 | string': '5',
  '"a.b" | replace(".", "/")': 'a/b',
  'data.ports | json': '{"http":80,"https":443}',
  'range(3)': [0, 1, 2],
  'range(2, 4)': [2, 3],
  '"{{"': '{{',
  'secret("file:token")': { $secret: 'file:token' },
  'file("files/motd")': { $file: 'files/motd' },
  'output("cmd: a").stdout': { $output: { piece: 'cmd: a', path: ['stdout'] } },
  'output("a", node="db1").list[0]["k"]': { $output: { piece: 'a', path: ['list', 0, 'k'], node: 'db1' } },
};

for (const [template, value] of Object.entries(values))
  test(template, () => assert.equal(expanded(JSON.stringify({ a: `{{ ${template} }}` })), { a: value }));

test('inside a text', () => {
  assert.is(expanded('"{{ facts.os }}-{{ facts.cpus }}{{ true }}"'), 'debian-4true');
  assert.equal(expanded('"join {{ output(\'t\').stdout }} as {{ facts.os }}!"'), {
    $join: ['join ', { $output: { piece: 't', path: ['stdout'] } }, ' as debian!'],
  });
});

test('a value becomes no structure', () => {
  assert.equal(expanded('a: "{{ facts.odd }}"'), { a: 'x: {evil: true}\n- y' });
});

test('keys', () => assert.equal(expanded('"{{ facts.os }}": 1'), { debian: 1 }));

test('$for over lists and maps, in maps and lists', () => {
  assert.equal(expanded('$for u in data.users:\n  "{{ u.name }}": "{{ u.uid }}"\nlast: 1'), { ann: 7, bob: 8, last: 1 });
  assert.equal(
    expanded('- 0\n- $for u in data.users: [ "{{ u.name }}", x ]\n- $for k, v in data.ports:\n    "{{ k }}": "{{ v }}"'),
    [0, 'ann', 'x', 'bob', 'x', { http: 80 }, { https: 443 }],
  );
  assert.equal(expanded('list:\n  $for n in range(3): [ "{{ n }}" ]'), { list: [0, 1, 2] });
});

test('$if and $else', () => {
  assert.equal(expanded('$if facts.cpus > 2:\n  a: 1\n$else:\n  b: 2\nc: 3'), { a: 1, c: 3 });
  assert.equal(expanded('c: 3\n$if facts.cpus > 8:\n  a: 1\n$else:\n  b: 2'), { c: 3, b: 2 });
  assert.equal(expanded('mode: { $if facts.os == "debian": "0644", $else: "0600" }'), { mode: '0644' });
  assert.equal(expanded('- $if facts.none: x\n- y'), ['y']);
  assert.equal(expanded('a: { $if facts.none: x }'), { a: {} });
});

test('forms without templates', () => {
  assert.equal(expanded('a: { $secret: s }\nb: { $file: f }\nc: { $output: p }\nd: { $join: [x, { $secret: s }] }'), {
    a: { $secret: 's' },
    b: { $file: 'f' },
    c: { $output: { piece: 'p', path: [] } },
    d: { $join: ['x', { $secret: 's' }] },
  });
  assert.equal(expanded('{ $output: { piece: p, path: [a, 0], node: n } }'), {
    $output: { piece: 'p', path: ['a', 0], node: 'n' },
  });
});

const refusals: Record<string, string> = {
  '"{{ facts.missing }}"': '"facts.missing" has no value',
  '"{{ facts.roles[9] }}"': '"facts.roles[9]" has no value',
  '"{{ nothing }}"': '"nothing" has no value',
  '"{{ 1 + }}"': 'template "{{ 1 + }}": a value expected, found "}}"',
  '"{{ 1 2 }}"': 'template "{{ 1 2 }}": "}}" expected, found "2"',
  '"{{ 1"': 'template "{{ 1": "}}" expected, found the end',
  '"{{ ! }}"': 'template "{{ ! }}": "! }}" is no part of the language',
  '"{{ 1 | no }}"': 'there is no filter "no"',
  '"{{ run(\'ls\') }}"': 'there is no function "run"',
  '"{{ output() }}"': '"output" is called otherwise than output("STATE") or output("STATE", node="NODE")',
  '"{{ secret(1, 2) }}"': '"secret" is called otherwise than secret("…")',
  '"{{ range(1, 2, 3) }}"': '"range" is called otherwise than range(END) or range(START, END)',
  '"{{ range(facts.os) }}"': 'an end of "range" is text, not a whole number',
  '"{{ 1 + facts.os }}"': 'what is calculated with is text, not a number',
  '"{{ \'a\' + 1 }}"': 'what is added to a text is a number, not text',
  '"{{ [1] + 1 }}"': 'what is added to a list is a number, not a list',
  '"{{ 1 / 0 }}"': '1 / 0 is no number',
  '"{{ 1 < facts.os }}"': 'what is compared is text, not two numbers or two texts',
  '"{{ 1 in 2 }}"': 'what is looked into is a number, not a list, map or text',
  '"{{ facts | upper }}"': 'what is taken for text is a map, not text',
  '"{{ facts.os | keys }}"': 'what has keys is text, not a map',
  '"{{ data.empty | first }}"': 'an empty list has no first and no last',
  "\"{{ facts.os | replace('', 'x') }}\"": 'what is replaced is an empty text',
  '"{{ facts.os | int }}"': 'what is made a whole number is text, not a number',
  '"a {{ facts.roles }}"': 'a list stands inside a text',
  '"{{ 1 if output(\'a\').x else 2 }}"': 'a value that is known only at run time decides something now',
  '"{{ output(\'a\').x | upper }}"': 'a value that is known only at run time decides something now',
  '"{{ output(\'a\') }}": 1': 'a value that is known only at run time decides something now',
  '"{{ facts.roles }}": 1': 'the key "{{ facts.roles }}" is a list, not text',
  '"{{ \'__proto__\' }}": 1': 'the key "{{ \'__proto__\' }}" is text, not text',
  '$for x of data.users: 1': '"$for x of data.users" is no loop',
  '$for x in facts.os: 1': 'what is repeated over is text, not a list',
  '$for x in data.users: { a: 1 }': '"a" comes twice, first from line 1',
  '$else: 1': '"$else" follows no "$if"',
  '$what: 1\nb: 2': '"$what" is no word of templates',
  '$if true: text\na: 1': 'what is chosen among entries is no map',
  '$secret: 1': '"$secret" is written otherwise than it has to be',
  '$output: { piece: a, more: 1 }': '"$output" is written otherwise than it has to be',
  '$output: { piece: a, path: [true] }': '"$output" is written otherwise than it has to be',
  '$join: 1': '"$join" is written otherwise than it has to be',
  '$join: [[]]': '"$join" is written otherwise than it has to be',
};

for (const [yaml, message] of Object.entries(refusals))
  test(`refused: ${yaml}`, async () => assert.is(await wrong(yaml), `f.yaml:1: ${message}`));

test('deep and long expressions are refused', async () => {
  assert.match(await wrong(`"{{ ${'('.repeat(100)}1${')'.repeat(100)} }}"`), /nested deeper than 50/);
  assert.match(await wrong(`"{{ 1${' + 1'.repeat(1000)} }}"`), /longer than 500 words and signs/);
});

test('loops inside loops, texts that grow and long ranges end soon', async () => {
  const loops = '$for a in range(1000): [ { $for b in range(1000): [ { $for c in range(1000): [ x ] } ] } ]';
  const grow = `"{{ ${'"'}${'a'.repeat(900)}${'"'}${" | replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')".repeat(8)} }}"`
    .replaceAll('""', '"')
    .replaceAll('"a', "'a")
    .replaceAll('a" |', "a' |");
  for (const bomb of [loops, '"{{ range(1000000000) }}"', grow])
    assert.match(await wrong(bomb), /multiply to more than can be compiled/);
});

test.run();
