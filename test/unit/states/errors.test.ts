import { assert, suite, thrown } from '#test/support/check.js';
import { compiled, piece, problems } from '#test/support/states.js';
import type { DvmError } from '#tool/errors.js';

/** Everything that can be wrong with states: each with its place and what would mend it, all at once. */
const test = suite('problems of states');

const wrong: Record<string, string[]> = {
  'a: [1]\nb: 7\nc: {}\n': [
    'main.yaml:1 bad-state: state "a" is a list, not a map (write module.function below it, and arguments below that)',
    'main.yaml:2 bad-state: "7" of state "b" is no module.function (write it as in file.managed)',
    'main.yaml:3 bad-state: state "c" has no module (write module.function below it)',
  ],
  'a:\n  t.ok.x: []\n  t:\n    - x: 1\n  u:\n    - ok\n    - other\n  x.ok: []\n  x.other: []\n': [
    'main.yaml:2 bad-state: "t.ok.x" of state "a" is no module.function (write it as in file.managed)',
    'main.yaml:3 bad-state: state "a" names no function of module "t" (write t.FUNCTION)',
    'main.yaml:5 bad-state: state "a" gives module "u" more than one function (leave one, as in u)',
    'main.yaml:9 bad-state: state "a" has module "x" twice (give one of them an id of its own)',
  ],
  'a:\n  t.ok: text\nb:\n  t.ok:\n    - x: 1\n      y: 2\n    - []\n    - x: 1\n    - x: 2\nc:\n  t:\n    - "Not a function"\n': [
    'main.yaml:2 bad-argument: the arguments are text, not a list (write - KEY: VALUE below it)',
    'main.yaml:5 bad-argument: an argument has 2 keys: "x", "y" (begin each KEY: VALUE with a hyphen of its own)',
    'main.yaml:7 bad-argument: an argument is a list (begin each KEY: VALUE with a hyphen of its own)',
    'main.yaml:9 duplicate-key: argument "x" is here twice, first on line 8 (remove one)',
    'main.yaml:12 bad-state: "Not a function" of state "c" is no function (write arguments as KEY: VALUE)',
  ].map((line) => line.replace('main.yaml:12 bad', 'main.yaml:11 bad')),
  'a:\n  t.ok:\n    - require: b\n    - watch: [[b]]\n    - onfail: [{ t.ok: b }]\n    - listen: [{ t: b, u: b }]\n': [
    'main.yaml:3 bad-requisite: "require" is text, not a list (write - MODULE: ID below it)',
    'main.yaml:4 bad-requisite: an entry of "watch" names no state (write - MODULE: ID, - ID or - sls: NAME)',
    'main.yaml:5 bad-requisite: "onfail" names the function "t.ok", not a module (write t: b)',
    'main.yaml:6 bad-requisite: an entry of "listen" names no state (write - MODULE: ID, - ID or - sls: NAME)',
  ],
  'a:\n  t.ok:\n    - require: [nothing]\n    - watch: [{ u: a }]\n    - onchanges: [{ sls: nothing }]\n    - require_in: [gone]\n    - use: ["no*"]\n':
    [
      'main.yaml:3 no-target: "require" of "a" names state "nothing", which is not here (look for its id and module, or include its file)',
      'main.yaml:4 no-target: "watch" of "a" names state "u: a", which is not here (look for its id and module, or include its file)',
      'main.yaml:5 no-target: "onchanges" of "a" names state "sls: nothing", which is not here (look for its id and module, or include its file)',
      'main.yaml:6 no-target: "require_in" names state "gone", which is not here (look for its id and module, or include its file)',
      'main.yaml:7 no-target: "use" names state "no*", which is not here (look for its id and module, or include its file)',
    ],
  'a: { t.ok: [], u.ok: [] }\nb:\n  t.ok: [name: same]\nc:\n  t.ok: [name: same]\nd:\n  t.ok:\n    - require_in: [a, same, { t: a }]\n    - o: "{{ output(\'same\').x }}"\n    - p: "{{ output(\'gone\').x }}"\n    - f: "{{ file(\'gone\') }}"\n':
    [
      'main.yaml:8 ambiguous: "require_in" names "a", which 2 states are called (name one: t: a, u: a)',
      'main.yaml:8 ambiguous: "require_in" names "same", which 2 states are called (name one: t: b, t: c)',
      'main.yaml:9 ambiguous: an output of "same" is used, which 2 states are called (name one: t.ok:b:same)',
      'main.yaml:10 no-target: an output of "gone" is used, which is not here (look for its id and module, or include its file)',
      'main.yaml:11 no-file: the file "gone" is not in repository "base" (write its path from the top of the repository)',
    ],
  'include: text\nextend: []\nexclude: 1\n': [
    'main.yaml:1 bad-include: "include" has text where names of files belong (write - NAME below it)',
    'main.yaml:2 bad-state: "extend" is a list, not a map (write ids below it, and modules below these)',
    'main.yaml:3 bad-state: "exclude" is a number, not a list (write - id: ID or - sls: NAME below it)',
  ],
  'include: [gone, mian]\nextend:\n  z:\n    t: []\n  same:\n    t: []\n  m:\n    u: []\nexclude:\n  - name: x\n  - id: y\n  - id: m\nm:\n  t.ok: [name: same]\nn:\n  t.ok: [name: same, require: [{ t: m }]]\n':
    [
      'main.yaml:1 no-sls: there are no states "gone" (write gone.yaml or gone/init.yaml)',
      'main.yaml:1 no-sls: there are no states "mian" (did you mean "main")',
      'main.yaml:4 no-target: "extend" names state "z", which is not here (include the file that it is in, or look for its id)',
      'main.yaml:6 ambiguous: "extend" names "same", which 2 states are about: "m", "n" (name one by its id)',
      'main.yaml:8 bad-state: state "m" names no function of module "u" (write u.FUNCTION)',
      'main.yaml:10 bad-state: an entry of "exclude" is neither an id nor an sls (write - id: ID or - sls: NAME)',
      'main.yaml:11 no-target: "exclude" names id "y", which is not here (remove the entry, or look for the name)',
      'main.yaml:16 no-target: "require" of "n" names state "t: m", which is excluded at main.yaml:12 (remove one of the two)',
    ],
  'a: t.ok\nb:\n  t.ok:\n    - names:\n        - x:\n            - require_in: [a]\n            - use: [a]\n        - y: [require: [a]]\n':
    [
      'main.yaml:6 bad-requisite: "require_in" stands below the name "x" alone (write it for the whole state)',
      'main.yaml:7 bad-requisite: "use" stands below the name "x" alone (write it for the whole state)',
    ],
  'a:\n  t.ok:\n    - name: []\n    - order: soon\n    - failhard: 1\n    - reload: x\n    - retry: { attempts: 0 }\n    - timeout: -1\n    - unless: { x: 1 }\n    - onlyif: [[]]\n    - creates: relative\nb:\n  t.ok:\n    - names: text\nc:\n  t.ok:\n    - names: [[], "", x, x]\nd:\n  t.ok: [name: ""]\n':
    [
      'main.yaml:3 bad-argument: the name of "a" is a list (give it a text, or leave it out)',
      'main.yaml:4 bad-argument: "order" of "a" is neither a number nor first nor last (write a number, first or last)',
      'main.yaml:5 bad-argument: "failhard" of "a" is not true or false (give it true or false)',
      'main.yaml:7 bad-argument: "retry" of "a" is not true, or a map of attempts, interval, until, splay (give it true, or a map of attempts, interval, until, splay)',
      'main.yaml:8 bad-argument: "timeout" of "a" is not a number of seconds (give it a number of seconds)',
      'main.yaml:9 bad-argument: "unless" of "a" is not a command or a list of commands (give it a command or a list of commands)',
      'main.yaml:10 bad-argument: "onlyif" of "a" is not a command or a list of commands (give it a command or a list of commands)',
      'main.yaml:11 bad-argument: "creates" of "a" is not an absolute path or a list of them (give it an absolute path or a list of them)',
      'main.yaml:14 bad-argument: "names" is text, not a list (write - NAME below it)',
      'main.yaml:16 duplicate-name: state "c" has the name "x" twice (remove one of them)',
      'main.yaml:17 bad-argument: an entry of "names" is a list (write - NAME, or - NAME: with arguments below it)',
      'main.yaml:17 bad-argument: an entry of "names" is empty (write - NAME, or - NAME: with arguments below it)',
      'main.yaml:19 bad-argument: the name of "d" is empty (give it a text, or leave it out)',
    ],
  'a: cmd.runn\nb: cnd.run\nc: nonsense.run\nd:\n  cmd.run:\n    - cwd: relative\n    - enviroment: {}\n    - env: { A: 1 }\n': [
    'main.yaml:1 no-function: state "a" is of "cmd.runn", which is not here (did you mean "run")',
    'main.yaml:2 no-module: state "b" is of module "cnd", which is not here (did you mean "cmd")',
    'main.yaml:6 bad-argument: "cwd" of "d" is "relative", which does not match ^/ (look at the arguments of cmd.run)',
    'main.yaml:8 bad-argument: "env/A" of "d" is a whole number, not text (look at the arguments of cmd.run)',
  ],
};

for (const [yaml, wanted] of Object.entries(wrong))
  test(JSON.stringify(yaml).slice(0, 60), async () => {
    const found = await problems(yaml);
    for (const line of wanted) assert.ok(found.includes(line), `${line}\nis not among\n${found.join('\n')}`);
  });

test('an id in two files', async () => {
  assert.equal(await problems({ 'main.yaml': 'include: [lib]\na: t.ok\n', 'lib.yaml': '\na: u.ok\n' }), [
    'main.yaml:2 duplicate-id: id "a" is used twice, first at lib.yaml:2 (give one of them another id, and the old one as its name)',
  ]);
});

test('states and data that are no map', async () => {
  assert.equal(await problems({ 'main.yaml': '- a\n', 'data.yaml': '[1]' }), [
    'data.yaml:1 bad-data: "data.yaml" holds no map (write KEY: VALUE, or move it to data/KEY.yaml)',
    'main.yaml:1 bad-state: states are a list, not a map (write ID: at the beginning of a line)',
  ]);
});

test('top files', async () => {
  assert.equal(await problems({}, {}, []), [
    'top.yaml:1 no-top: no states are named, and there is no top file (name states, or write top.yaml)',
  ]);
  assert.equal(await problems({ 'top.yaml': '[a]' }, {}, []), [
    'top.yaml:1 bad-top: the top file is a list, not a map (write TARGET: and - NAME below it)',
  ]);
  assert.match(
    (await problems({ 'top.yaml': '"*": [[]]' }, {}, [])).join(),
    /top.yaml:1 bad-top: a target has a list where names of states belong/,
  );
  const files = {
    'top.yaml': '"web*": [a]\n"db*": [b]\n"role:cach*": [c, a]\n$if facts.os == "debian":\n  "*": [d]\n',
    ...Object.fromEntries([...'abcd'].map((c) => [`${c}.yaml`, `${c}: t.ok`])),
  };
  const states = await compiled(files, { facts: { node: 'web1', os: 'debian', roles: ['cache'] } }, []);
  assert.equal(
    states.pieces.map((p) => p.id),
    ['a', 'c', 'd'],
  );
});

test('files that include one another, many deep', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 150 }, (_, i) => [`${i === 0 ? 'main' : `f${i}`}.yaml`, `include: [f${i + 1}]`]),
  );
  assert.match((await problems(files)).join(), /f100.yaml:1 too-deep: files include one another 100 deep/);
  assert.equal(
    (await compiled({ 'main.yaml': 'include: [b]\na: t.ok', 'b.yaml': 'include: [main]\nb: t.ok' })).pieces.map((p) => p.id),
    ['b', 'a'],
  );
});

test('more requisites than memory holds, and arguments that names multiply', async () => {
  const many = Array.from({ length: 1500 }, (_, i) => `s${i}:\n  t.ok:\n    - ${i < 10 ? 'x: 1' : 'require: ["s*"]'}\n`).join('');
  assert.match((await problems(many)).join(), /too-large: requisites bind more than 2000000 pairs/);
  const names = `a:\n  t.ok:\n    - list: [${'1,'.repeat(3000)}]\n    - names: [${Array.from({ length: 1500 }, (_, i) => `n${i}`).join()}]\n`;
  assert.match((await problems(names)).join(), /states:1 too-large/);
});

test('the error tells the first, how many more, and all in its details', async () => {
  const e = await thrown<DvmError>(() => compiled('a: 1\nb: 2\n'));
  assert.is(e.exitCode, 65);
  assert.is(e.message, 'main.yaml:1: "1" of state "a" is no module.function, and 1 more');
});

test('what holds for every module', async () => {
  const states = await compiled(
    'a:\n  t.ok:\n    - failhard: true\n    - reload: true\n    - retry: true\n    - timeout: 2.5\n    - unless: test -e /x\n    - onlyif: [a b, [test, "{{ facts.os }}"]]\n    - creates: [/a, /b]\nb:\n  t.ok:\n    - retry: [attempts: 5, interval: 1, until: false, splay: 3]\n    - failhard: false\n',
  );
  const { failhard, retry, timeout, unless, onlyif, creates, args } = piece(states, 'a');
  assert.equal(
    { failhard, retry, timeout, unless, onlyif, creates, args },
    {
      failhard: true,
      retry: { attempts: 2, interval: 30, until: true },
      timeout: 2.5,
      unless: ['test -e /x'],
      onlyif: ['a b', ['test', 'debian']],
      creates: ['/a', '/b'],
      args: { reload: true }, // of the function
    },
  );
  assert.equal(piece(states, 'b').retry, { attempts: 5, interval: 1, until: false, splay: 3 });
  assert.is(piece(states, 'b').failhard, undefined);
});

test('data: of the repositories, the first over later ones, and over all what is given', async () => {
  const repository = (name: string, files: Record<string, string>) => ({
    name,
    url: `/${name}`,
    directory: `/${name}`,
    signature: { policy: 'none', verdict: 'unchecked' } as const,
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
  });
  const states = await compiled('', {
    repositories: [
      repository('one', { 'main.yaml': 'a:\n  t.ok:\n    - d: "{{ data }}"\n', 'data.yaml': 'x: 1\nm: { a: 1 }\n' }),
      repository('two', { 'data.yml': 'x: 2\nm: { a: 2, b: 2 }\n', 'data/deep/er.json': '[3]', 'main.yaml': 'hidden: t.ok' }),
    ],
    data: { m: { c: 4 } },
  });
  assert.equal(piece(states, 'a').args, { d: { x: 1, m: { a: 1, b: 2, c: 4 }, deep: { er: [3] } } });
  assert.is(piece(states, 'a').at.repository, 'one');
});

test.run();
