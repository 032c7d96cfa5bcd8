import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { keyOf, piece } from '#test/support/state-plan.js';
import { ran, scriptedModule, tested } from '#test/support/state-world.js';

const test = suite('running a plan');
const output = (name: string, ...path: (string | number)[]) => ({ $output: { piece: keyOf(name), path } });

test('a result a piece, and a summary', async () => {
  const { lines, summary } = await ran([tested('a'), tested('b', { require: ['a'] }), tested('c', { onfail: ['b'] })]);
  assert.equal(
    lines.map((l) => [l.key, l.result, l.changed, l.decided?.by]),
    [
      [keyOf('a'), 'succeeded', true, undefined],
      [keyOf('b'), 'succeeded', true, undefined],
      [keyOf('c'), 'skipped', false, 'onfail'],
    ],
  );
  const { succeeded, failed, skipped, changed, complete, check } = summary;
  assert.equal([succeeded, failed, skipped, changed, complete, check], [2, 0, 1, 2, true, false]);
});

test('what one puts out is a variable of another', async () => {
  const more = { args: { stdin: { $join: ['<', output('echo hi', 'stdout'), '>'] }, parse: 'lines' } };
  const last = piece('cat', { output: ['echo hi'] }, more);
  const { of } = await ran([piece('echo hi'), last]);
  assert.equal((of('cat').output as { lines: string[] }).lines, ['<hi>']);
});

test('an output that is not there, another node, a reference of no known form', async () => {
  const using = (args: object) => tested('p', { output: ['a'] }, { args: { x: args } });
  const comment = async (args: object, remote?: () => Promise<unknown>) => {
    const test = scriptedModule(({ args }) => ({ comment: JSON.stringify(args), output: { x: { y: 1 } } }));
    return (await ran([tested('a'), using(args)], { test, ...(remote && { remote }) })).of('p').comment;
  };
  assert.is(await comment(output('a', 'x', 'y')), '{"x":1}');
  assert.match(await comment(output('a', 'x', 'z')), /"cmd.run:a:a" put out no "x.z" \(it put out: x\)$/);
  assert.match(await comment({ $output: { node: 'n2', piece: 'a', path: [] } }), /this run knows of no other node/);
  assert.is(await comment({ $output: { node: 'n2', piece: 'a', path: ['q'] } }, async () => ({ q: 'far' })), '{"x":"far"}');
  assert.match(await comment({ $shell: 'x' }), /is no reference that a run knows/);
});

test('files of repositories, and none outside of them', () =>
  inTmp(async (dir) => {
    mkdirSync(join(dir, 'repo'));
    writeFileSync(join(dir, 'repo/motd'), '');
    symlinkSync('/etc/passwd', join(dir, 'repo/link'));
    const test = scriptedModule(({ args }) => ({ comment: String(args.source) }));
    const comment = async (path: string) => {
      const p = tested('p', {}, { args: { source: { $file: { repository: 'base', path } } } });
      return (await ran([p], { test, repositories: { base: { url: 'x', directory: join(dir, 'repo') } } })).of('p').comment;
    };
    assert.is(await comment('motd'), join(dir, 'repo/motd'));
    for (const path of ['../repo/motd', '/etc/passwd', 'link', 'none', 'a/../../x'])
      assert.match(await comment(path), /is not in repository "base"/, path);
  }));

test('secrets are given to modules, and taken out of everything else', async () => {
  const secret = 'first-line\nsecond-line';
  const test = scriptedModule(({ args }) => ({
    output: { token: args.t },
    comment: `has ${args.t}`,
    diff: '+second-line\n',
    changes: { [String(args.t)]: 1 },
  }));
  const a = tested('a', {}, { args: { t: { $secret: 'db/key' } } });
  const b = tested('b', { output: ['a'] }, { args: { t: output('a', 'token') } });
  const run = await ran([a, b], { test, secrets: { 'db/key': secret } });
  assert.is(run.of('a').comment, 'has [secret db/key]');
  assert.is(run.of('b').comment, 'has [secret db/key]', 'it came to b as it is');
  assert.equal([run.of('a').diff, run.of('b').diff], [undefined, '+[secret db/key]\n']);
  const everything = JSON.stringify([run.lines, run.recorded]);
  for (const part of [secret, 'first-line', 'second-line']) assert.not.match(everything, part);
  assert.match(JSON.stringify(run.recorded), /"output":\{"\$withheld":true\}/);
});

test('unless, onlyif and creates', async () => {
  const by = async (more: object) => (await ran([tested('p', {}, more)])).of('p').decided?.by ?? 'ran';
  assert.is(await by({ unless: ['true', ['/bin/true']] }), 'unless');
  assert.is(await by({ unless: ['true', 'false'] }), 'ran');
  assert.is(await by({ onlyif: ['true', 'test -e / | cat'] }), 'ran');
  assert.is(await by({ onlyif: ['true', '/no/such/program'] }), 'onlyif');
  assert.is(await by({ creates: ['/', '/no/such'] }), 'ran');
  assert.is(await by({ creates: ['/', '/etc'] }), 'creates');
  assert.is(await by({ unless: [], onlyif: [], creates: [] }), 'ran');
  const wrong = await ran([tested('a'), tested('p', { output: ['a'] }, { unless: [{ $join: [] }, output('a')] })], {
    test: scriptedModule(() => ({ output: 7 })),
  });
  assert.match(wrong.of('p').comment, /condition 7 is neither a command line nor a list of words/);
});

test('once more until it succeeds; as often as it may', async () => {
  const test = scriptedModule(({ name }, _, time) => ({ result: name === 'late' ? time === 3 : false }));
  const retry = { attempts: 4, interval: 0, until: true };
  const run = await ran([tested('late', {}, { retry }), tested('never', {}, { retry })], { test });
  assert.equal([run.of('late').result, run.of('late').attempts], ['succeeded', 3]);
  assert.equal([run.of('never').result, run.of('never').attempts], ['failed', 4]);
});

test('a piece has its time', async () => {
  const run = await ran([piece('sleep 60', {}, { timeout: 0.2 }), tested('after', { onfail: ['sleep 60'] })]);
  assert.match(run.of('sleep 60').comment, /its time of 0.2 s was over/);
  assert.is(run.of('after').result, 'succeeded');
});

test('a diff of what has a secret in it is not shown: nobody knows the old one', async () => {
  const test = scriptedModule(() => ({ diff: '-old\n+new\n' }));
  const secret = tested('s', {}, { args: { content: { $join: ['a', { $secret: 'k' }] } } });
  const run = await ran([secret, tested('p')], { test, secrets: { k: 'new' } });
  assert.equal([run.of('s').diff, run.of('p').diff], [undefined, '-old\n+[secret k]\n']);
});

test('a time of any length; each attempt has all of it', () =>
  inTmp(async (dir) => {
    const test = scriptedModule(() => ({}));
    const run = await ran([tested('short', {}, { timeout: 0.9999 }), tested('long', {}, { timeout: 1e9 })], { test });
    assert.equal([run.of('short').result, run.of('long').result, run.of('long').comment], ['succeeded', 'succeeded', 'apply']);
    const argv = ['sh', '-c', `test -e ${dir}/mark || ! touch ${dir}/mark`];
    const retry = { attempts: 2, interval: 0.6, until: true };
    const twice = await ran([piece('x', {}, { timeout: 0.5, retry, args: { argv } })]);
    assert.equal([twice.of('x').result, twice.of('x').attempts], ['succeeded', 2]);
  }));

test('watch: the watch action stands in place of no change; a listener acts at the end', async () => {
  const test = scriptedModule(({ name }) => ({ changed: name === 'conf' }));
  const pieces = [
    tested('conf'),
    tested('service', { watch: ['conf'] }),
    tested('late', { listen: ['conf'] }),
    piece('true', { listen: ['conf'] }),
  ];
  const run = await ran(pieces, { test, jobs: 1 });
  assert.equal(test.asked, ['apply conf', 'apply service', 'watch service', 'apply late', 'watch late']);
  assert.equal(run.of('late').decided, { by: 'listen', piece: keyOf('conf') });
  assert.is(run.of('true').result, 'succeeded', 'cmd.run has a watch action');
});

test('pieces of one step are one transaction, without those whose conditions leave them out', async () => {
  const test = scriptedModule(() => ({}));
  const run = await ran([tested('a'), tested('b', {}, { unless: ['true'] }), tested('c')], { test, groups: [['a', 'b', 'c']] });
  assert.equal(test.asked, ['together a+c']);
  assert.equal([run.of('b').result, run.of('c').comment], ['skipped', 'together']);
  const none = await ran([tested('a', {}, { unless: ['true'] }), tested('b', {}, { unless: ['true'] })], {
    groups: [['a', 'b']],
  });
  assert.is(none.summary.skipped, 2);
});

test('check: nothing is applied, what rests on a change is said to be unknown', async () => {
  const test = scriptedModule(({ name }) => ({
    changed: name !== 'same',
    ...(name === 'same' && { output: { v: 1 } }),
    diff: '+x\n',
  }));
  const pieces = [
    ...[tested('a'), tested('same'), tested('p', { output: ['a'] }, { args: { x: output('a', 'v') } })],
    ...[tested('q', { output: ['same'] }, { args: { x: output('same', 'v') } }), tested('same2', { watch: ['a'] })],
    tested('l', { listen: ['a'] }),
  ];
  const run = await ran(pieces, { test, check: true });
  assert.equal([...new Set(test.asked.map((a) => a.split(' ')[0]))], ['check']);
  assert.is(run.of('p').comment, 'may change: what "cmd.run:a:a" puts out is known only when it has run');
  assert.equal([run.of('p').result, run.of('q').comment, run.of('a').diff], ['succeeded', 'check', '+x\n']);
  assert.match(run.of('l').comment, /its watch action would run/);
  assert.is(run.summary.check, true);
});

test('what a module throws is the result of its piece; a defect too', async () => {
  const test = scriptedModule(() => {
    throw new Error('boom');
  });
  assert.match((await ran([tested('a')], { test })).of('a').comment, /a defect in dvm: boom/);
});

test('a run that is ended: what runs is stopped, the rest is not run', async () => {
  const ending = new AbortController();
  setTimeout(() => ending.abort(), 200);
  const run = await ran([piece('sleep 60'), tested('b', { require: ['sleep 60'] })], { signal: ending.signal });
  assert.equal([run.of('sleep 60').result, run.of('b').result, run.summary.complete], ['failed', 'not-run', false]);
  const early = await ran([piece('touch /no/such/directory/x')], { signal: AbortSignal.abort() });
  assert.is(early.summary['not-run'], 1);
  assert.is(existsSync('/no/such/directory'), false);
});

test.run();
