import type { Mode, StatePlan, States } from '#states/documents/documents.js';
import { statePlanType } from '#states/documents/documents.js';
import { order } from '#states/order/order.js';
import { picture } from '#states/picture/picture.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { anyModule, compiled, modules } from '#test/support/states.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('order');

/** `pkg.installed` may be several in one transaction; so may `u.ok`. */
const aggregates = (module: string) => module === 'pkg' || module === 'u';
const all = { modules: { ...modules, pkg: anyModule, pkgrepo: anyModule } };

function plan(states: States, mode: Mode): StatePlan {
  return statePlanType.parse(JSON.parse(JSON.stringify(order(states, mode, aggregates))), 'plan');
}

async function ids(yaml: string, mode: Mode = 'ansible'): Promise<string[]> {
  const made = plan(await compiled(yaml, all), mode);
  return made.steps.map((step) => step.pieces.map((key) => made.pieces[key]?.name).join('+'));
}

const sequences: Record<string, [yaml: string, wanted: string]> = {
  'file order': ['c: t.ok\nb: t.ok\na: t.ok\n', 'c b a'],
  'requisites before file order': ['a:\n  t.ok: [require: [c]]\nb: t.ok\nc: t.ok\n', 'c a b'],
  'what comes early pulls what it waits for forward': [
    'a: t.ok\nb:\n  t.ok: [order: 1, require: [d]]\nc: t.ok\nd:\n  t.ok: [require: [e]]\ne: t.ok\n',
    'e d b a c',
  ],
  'first, numbers, none, negative, last': [
    'l:\n  t.ok: [order: last]\nm:\n  t.ok: [order: -1]\nn: t.ok\no:\n  t.ok: [order: 5]\nf:\n  t.ok: [order: first]\nk:\n  t.ok: [order: -10]\nh:\n  t.ok: [order: 20000]\n',
    'f o n h k m l',
  ],
  'names one after another, before the next state': ['a:\n  t.ok: [names: [z, y, x]]\nb: t.ok\n', 'z y x b'],
  'names with an order': [
    'b:\n  t.ok: [order: 7]\na:\n  t.ok: [order: 6, names: [z, y]]\nc:\n  t.ok: [order: -1, names: [w, v]]\nd: t.ok\n',
    'z y b d w v',
  ],
  'equal numbers by module, name and function': [
    'z:\n  u.ok: [order: 1]\ny:\n  t.ok: [order: 1]\nx:\n  t.ok: [order: 1]\n',
    'x y z',
  ],
  'prereq: who has it goes before': ['a: t.ok\nb:\n  t.ok: [prereq: [a]]\n', 'b a'],
  'listen binds nothing': ['a:\n  t.ok: [listen: [b]]\nb: t.ok\n', 'a b'],
  'an output goes before its use': ['a:\n  t.ok: [x: "{{ output(\'b\').y }}"]\nb: t.ok\n', 'b a'],
  'requisites beat order': ['a:\n  t.ok: [order: first, require: [b]]\nb:\n  t.ok: [order: last]\nc: t.ok\n', 'b a c'],
};

for (const [what, [yaml, wanted]] of Object.entries(sequences))
  test(what, async () => assert.is((await ids(yaml)).join(' '), wanted));

test('ansible: every step after the one before; justdoit: only requisites', async () => {
  const states = await compiled('a:\n  t.ok: [require: [c]]\nb: t.ok\nc: t.ok\n');
  const edges = (mode: Mode) => plan(states, mode).edges.map((e) => `${e.from} ${e.kind} ${e.to}: ${e.why}`);
  assert.equal(edges('justdoit'), ['t.ok:c:c require t.ok:a:a: require at main.yaml:2']);
  assert.equal(edges('ansible'), [
    ...edges('justdoit'),
    't.ok:c:c order t.ok:a:a: one after another',
    't.ok:a:a order t.ok:b:b: one after another',
  ]);
  assert.equal(plan(states, 'ansible').notes, [
    { what: 'moved forward, because states that come earlier wait for them', pieces: ['t.ok:c:c'] },
  ]);
});

test('genius: repositories before packages, unless they wait for one', async () => {
  const yaml =
    'nginx: pkg.installed\ngpg: pkg.installed\nrepo:\n  pkgrepo.absent: [require: [gpg]]\nfile: t.ok\nother: pkgrepo.absent\n';
  assert.equal(await ids(yaml, 'genius'), ['other', 'gpg', 'repo', 'nginx', 'file']);
  const made = plan(await compiled(yaml, all), 'genius');
  assert.equal(
    made.edges.filter((e) => e.kind === 'repository').map((e) => `${e.from} ${e.to}`),
    [
      'pkgrepo.absent:other:other pkg.installed:nginx:nginx',
      'pkgrepo.absent:other:other pkg.installed:gpg:gpg',
      'pkgrepo.absent:repo:repo pkg.installed:nginx:nginx',
    ].toSorted(
      (a, b) => made.edges.findIndex((e) => `${e.from} ${e.to}` === a) - made.edges.findIndex((e) => `${e.from} ${e.to}` === b),
    ),
  );
  assert.ok(made.notes.some((n) => n.what === 'before the packages, which may come from them'));
});

test('genius: repositories that wait for packages crosswise make no circle', async () => {
  const made = await ids(
    'p: pkg.installed\nq: pkg.installed\nr:\n  pkgrepo.absent: [require: [p]]\ns:\n  pkgrepo.absent: [require: [q]]\n',
    'genius',
  );
  assert.is(made.length, 4);
});

test('genius: packages in one transaction, as far as requisites let them', async () => {
  assert.equal(await ids('a: pkg.installed\nf: t.ok\nb:\n  pkg.installed: [require: [f]]\nc: pkg.installed\n', 'genius'), [
    'f',
    'a+b+c',
  ]);
  assert.equal(
    await ids('a: pkg.installed\nf:\n  t.ok: [require: [a]]\nb:\n  pkg.installed: [require: [f]]\nc: pkg.installed\n', 'genius'),
    ['a+c', 'f', 'b'],
  );
  assert.equal(
    await ids(
      'a: pkg.installed\nb:\n  pkg.installed: [retry: true]\nc:\n  pkg.installed: [prereq: [d]]\nd: pkg.installed\ne:\n  pkg.installed: [failhard: true]\ng:\n  pkg.installed: [timeout: 5]\n',
      'genius',
    ),
    ['c', 'a', 'b', 'd', 'e', 'g'],
  );
  const crossed = 'a: pkg.installed\nb:\n  pkg.installed: [require: [d]]\nc:\n  u.ok: [require: [a]]\nd: u.ok\n';
  assert.equal(await ids(crossed, 'genius'), ['d', 'a+b', 'c']);
});

test('genius: 500 in a transaction at most', async () => {
  const made = plan(await compiled(Array.from({ length: 1201 }, (_, i) => `p${i}: pkg.installed\n`).join(''), all), 'genius');
  assert.equal(
    made.steps.map((s) => s.pieces.length),
    [500, 500, 201],
  );
  assert.is(made.notes[0]?.what, '500 of pkg.installed in one transaction');
});

test('genius: the longest path first', async () => {
  const yaml = 'a: t.ok\nb: t.ok\nc:\n  t.ok: [require: [b]]\nd:\n  t.ok: [require: [c]]\n';
  const made = plan(await compiled(yaml), 'genius');
  assert.equal(
    made.steps.map((s) => [s.pieces[0], s.priority]),
    [
      ['t.ok:b:b', 3],
      ['t.ok:c:c', 2],
      ['t.ok:a:a', 1],
      ['t.ok:d:d', 1],
    ],
  );
  assert.equal(made.notes, [{ what: 'begun first: the longest path, of 3 steps, begins here', pieces: ['t.ok:b:b'] }]);
});

test('documents that nobody compiled are refused', async () => {
  const states = await compiled('a: t.ok\nb: t.ok\n');
  const [a, b] = states.pieces;
  if (!a || !b) throw new Error('two pieces');
  const refused = async (pieces: States['pieces']) =>
    (await thrown<DvmError>(() => order({ ...states, pieces }, 'ansible', aggregates))).message;
  assert.is(await refused([a, a]), 'the states hold piece "t.ok:a:a" twice');
  assert.is(
    await refused([{ ...a, requisites: { watch: ['x'] } }]),
    '"watch" of piece "t.ok:a:a" names piece "x", which is not here',
  );
  const circle = [
    { ...a, requisites: { require: [b.key] } },
    { ...b, requisites: { watch: [a.key] } },
  ];
  assert.is(
    await refused(circle),
    'states wait for one another: t.ok:a → t.ok:b (watch at main.yaml:2) → t.ok:a (require at main.yaml:1)',
  );
  const many = Array.from({ length: 1500 }, (_, i) => ({ ...a, key: `k${i}` }));
  const keys = many.map((p) => p.key);
  assert.match(
    await refused(many.map((p, i) => ({ ...p, requisites: { require: keys.slice(0, i), watch: keys.slice(0, i) } }))),
    /bind more than 2000000 pairs/,
  );
});

test('pictures', async () => {
  const states = await compiled(
    '"<b>": pkg.installed\n\'q"\\\': pkg.installed\nf:\n  t.ok: [name: /etc/f, require: ["<b>"]]\n',
    all,
  );
  const made = plan(states, 'genius');
  assert.is(
    picture(made, 'tree'),
    '2 steps, mode genius\n1 pkg.installed <b>\n  └─ and pkg.installed q"\\\n2 t.ok f (/etc/f)\n  └─ after pkg.installed <b>: require at main.yaml:4\n2 of pkg.installed in one transaction: pkg.installed <b>, pkg.installed q"\\\nbegun first: the longest path, of 2 steps, begins here: pkg.installed <b>, pkg.installed q"\\\n',
  );
  assert.is(
    picture(made, 'dot'),
    'digraph states {\n  rankdir=LR;\n  node [shape=box];\n  subgraph cluster_0 { label="one transaction"; n0 [label="pkg.installed <b>"]; n1 [label="pkg.installed q\\"\\\\"]; }\n  n2 [label="t.ok f (/etc/f)"];\n  n0 -> n2 [label="require", tooltip="require at main.yaml:4"];\n}\n',
  );
  const page = picture(made, 'html');
  assert.match(page, /<title>require: require at main.yaml:4<\/title>/);
  assert.match(page, /pkg.installed &lt;b&gt;/);
  assert.not.match(page, /<b>|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
});

test.run();
