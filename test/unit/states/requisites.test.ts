import { assert, suite } from '#test/support/check.js';
import { compiled, piece, problems } from '#test/support/states.js';

/** Requisites as they are written, and what they become: keys of pieces. */
const test = suite('requisites');

const both = 'a: t.ok\nb: t.ok\n';

for (const kind of [
  'require',
  'watch',
  'onchanges',
  'onfail',
  'prereq',
  'listen',
  'require_any',
  'watch_any',
  'onchanges_any',
  'onfail_any',
  'onfail_all',
])
  test(`${kind}`, async () => {
    const states = await compiled(`${both}c:\n  t.ok:\n    - ${kind}:\n      - t: a\n      - b\n`);
    assert.equal(piece(states, 'c').requisites, { [kind]: ['t.ok:a:a', 't.ok:b:b'] });
  });

for (const kind of ['require', 'watch', 'onchanges', 'onfail', 'prereq', 'listen'])
  test(`${kind}_in`, async () => {
    const states = await compiled(`${both}c:\n  t.ok:\n    - ${kind}_in:\n      - t: a\n      - b\n`);
    assert.equal(piece(states, 'c').requisites, {});
    for (const id of ['a', 'b']) assert.equal(piece(states, id).requisites, { [kind]: ['t.ok:c:c'] });
  });

test('by id or name, by module or any', async () => {
  const states = await compiled(
    'x:\n  t.ok:\n    - name: /etc/x\n  u.ok: []\nc:\n  t.ok:\n    - require: [{ t: /etc/x }]\n    - watch: [x]\n    - onchanges: [{ u: x }]\n',
  );
  assert.equal(piece(states, 'c').requisites, {
    require: ['t.ok:x:/etc/x'],
    watch: ['t.ok:x:/etc/x', 'u.ok:x:x'],
    onchanges: ['u.ok:x:x'],
  });
});

test('patterns add every match, but not the state itself', async () => {
  const states = await compiled(
    '/etc/a: t.ok\n/etc/b: t.ok\n/etc/bc: u.ok\n/etc/z:\n  t.ok:\n    - require: [{ t: "/etc/*" }]\n    - watch: ["/etc/[a-b]?"]\n    - listen: ["/etc/[!b-y]", "/etc/?"]\n',
  );
  assert.equal(piece(states, '/etc/z').requisites, {
    require: ['t.ok:/etc/a:/etc/a', 't.ok:/etc/b:/etc/b'],
    watch: ['u.ok:/etc/bc:/etc/bc'],
    listen: ['t.ok:/etc/a:/etc/a', 't.ok:/etc/b:/etc/b'],
  });
});

test('sls: every state of a file and of what it includes', async () => {
  const files = {
    'main.yaml': 'include: [web.site]\nlast:\n  t.ok:\n    - require: [{ sls: web.site }]\n',
    'web/site.yaml': 'include: [.base, ..common]\nsite: t.ok\n',
    'web/base.yaml': 'base: t.ok\n',
    'common/init.yaml': 'common: t.ok\nlate:\n  t.ok:\n    - require_in: [{ sls: web.base }]\n',
  };
  const states = await compiled(files);
  assert.equal(piece(states, 'last').requisites, {
    require: ['t.ok:base:base', 't.ok:common:common', 't.ok:late:late', 't.ok:site:site'],
  });
  assert.equal(piece(states, 'base').requisites, { require: ['t.ok:late:late'] });
  assert.equal(
    states.pieces.map((p) => p.id),
    ['base', 'common', 'late', 'site', 'last'],
  );
});

test('names: a piece each, in their order; the id means all, a name one', async () => {
  const states = await compiled(
    'tools:\n  t.ok:\n    - mode: 1\n    - names:\n      - vim\n      - git:\n        - mode: 2\nc:\n  t.ok:\n    - require: [tools]\n    - watch: [{ t: git }]\nd:\n  t.ok:\n    - require_in: [tools]\n',
  );
  assert.equal(piece(states, 'c').requisites, { require: ['t.ok:tools:vim', 't.ok:tools:git'], watch: ['t.ok:tools:git'] });
  assert.equal(piece(states, 'tools', 'git').args, { mode: 2 });
  for (const name of ['vim', 'git']) assert.equal(piece(states, 'tools', name).requisites, { require: ['t.ok:d:d'] });
});

test('use copies arguments not set here, never names nor requisites, and no further', async () => {
  const states = await compiled(
    'a:\n  t.ok:\n    - name: /a\n    - x: 1\n    - y: 1\n    - require: [d]\nb:\n  t.ok:\n    - y: 2\n    - use: [a]\nc:\n  t.ok:\n    - use: [{ t: b }]\nd:\n  t.ok:\n    - z: 4\n    - use_in: [c]\n',
  );
  assert.equal(piece(states, 'b').args, { x: 1, y: 2 });
  assert.is(piece(states, 'b').name, 'b');
  assert.equal(piece(states, 'b').requisites, {});
  assert.equal(piece(states, 'c').args, { y: 2, z: 4 });
});

test('extend replaces arguments and functions, and adds requisites and modules', async () => {
  const files = {
    'main.yaml':
      'include: [lib]\nextend:\n  a:\n    t:\n      - x: 9\n      - require: [c]\n  /b:\n    t.other: []\n  c:\n    u.ok: []\n',
    'lib.yaml': 'a:\n  t.ok:\n    - x: 1\n    - y: 2\n    - require: [bid]\nbid:\n  t.ok:\n    - name: /b\nc: t.ok\n',
  };
  const states = await compiled(files);
  assert.equal(piece(states, 'a').args, { x: 9, y: 2 });
  assert.equal(piece(states, 'a').requisites.require?.sort(), ['t.other:bid:/b', 't.ok:c:c', 'u.ok:c:c'].sort());
  assert.is(piece(states, 'bid').function, 'other');
});

test('exclude an id, and all of a file', async () => {
  const files = {
    'main.yaml': 'include: [lib, more]\nexclude:\n  - id: a\n  - sls: more\nz: t.ok\n',
    'lib.yaml': 'a: t.ok\nb: t.ok\n',
    'more.yaml': 'm: t.ok\n',
  };
  assert.equal(
    (await compiled(files)).pieces.map((p) => p.id),
    ['b', 'z'],
  );
  assert.equal(
    (await compiled({ ...files, 'main.yaml': 'include: [lib, more]\nexclude: [more]\n' })).pieces.map((p) => p.id),
    ['a', 'b'],
  );
});

test('the output of another state is an implicit require', async () => {
  const states = await compiled(
    'make: t.ok\nuse:\n  t.ok:\n    - token: "{{ output(\'t: make\').stdout }}"\n    - name: "run {{ output(\'make\').list[0] }}"\n',
  );
  const used = piece(states, 'use');
  assert.equal(used.requisites, { output: ['t.ok:make:make'] });
  assert.equal(used.args, {
    token: { $output: { piece: 't.ok:make:make', path: ['stdout'] } },
    name: { $join: ['run ', { $output: { piece: 't.ok:make:make', path: ['list', 0] } }] },
  });
});

test('outputs of other nodes, secrets and files', async () => {
  const files = {
    'main.yaml':
      "a:\n  t.ok:\n    - o: \"{{ output('x', node='db1').v }}\"\n    - s: \"{{ secret('file:k') }}\"\n    - f: \"{{ file('files/motd') }}\"\n    - d: { $file: files }\n",
    'files/motd': 'hi',
  };
  assert.equal(piece(await compiled(files), 'a').args, {
    o: { $output: { node: 'db1', piece: 'x', path: ['v'] } },
    s: { $secret: 'file:k' },
    f: { $file: { repository: 'base', path: 'files/motd' } },
    d: { $file: { repository: 'base', path: 'files' } },
  });
});

test('cycles, with every edge', async () => {
  const found = await problems(
    'a:\n  t.ok:\n    - require: [c]\nb:\n  t.ok:\n    - watch: [a]\nc:\n  t.ok:\n    - prereq: [d]\n    - onchanges: [b]\nd: t.ok\nx:\n  t.ok:\n    - require: [x]\n',
  );
  assert.equal(found, [
    'main.yaml:5 cycle: states wait for one another: t.ok:a → t.ok:b (watch at main.yaml:5) → t.ok:c (onchanges at main.yaml:8) → t.ok:a (require at main.yaml:2) (take one of these requisites away)',
    'main.yaml:13 cycle: states wait for one another: t.ok:x → t.ok:x (require at main.yaml:13) (take one of these requisites away)',
  ]);
});

test('prereq turns the edge round: with require it is a cycle', async () => {
  const found = await problems('a:\n  t.ok:\n    - prereq: [b]\n    - require: [b]\nb: t.ok\n');
  assert.match(found[0] ?? '', /t.ok:a → t.ok:b \(prereq at main.yaml:2\) → t.ok:a \(require at main.yaml:2\)/);
  await compiled('a:\n  t.ok:\n    - listen: [b]\nb:\n  t.ok:\n    - require: [a]\n');
});

test.run();
