import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool } from '#states/commands/state.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { env, fetched, Repo, refused, root } from '#test/support/git-repo.js';
import type { DvmError } from '#tool/errors.js';
import { invoke } from '#tool/invoke.js';

/** Repositories of git on this machine's disk, by the git that is installed. */
const test = suite('fetching states');
test('a branch, the head, a tag, a commit; pinned, with the files', async () => {
  const repo = new Repo();
  const first = repo.commit({ 'web.yaml': 'a: cmd.run\n', 'files/x.bin': 'x', 'run.sh': '#!/bin/sh\n' });
  repo.git('tag', '-a', 'v1', '-m', 'one');
  const second = repo.commit({ 'web.yaml': 'b: cmd.run\n' });
  for (const [ref, commit] of Object.entries({ '#': second, '#main': second, '#v1': first, [`#${first}`]: first })) {
    const [got] = await fetched([`${repo.path}${ref}`]);
    assert.is(got?.commit, commit, ref);
    assert.equal(
      got?.files.map((f) => f.path),
      ['files/x.bin', 'run.sh', 'web.yaml'],
    );
    assert.is(readFileSync(join(got?.directory ?? '', 'web.yaml'), 'utf8'), commit === first ? 'a: cmd.run\n' : 'b: cmd.run\n');
  }
  const [url] = await fetched([`name=file://${repo.path}`]);
  assert.is(`${url?.name} ${url?.commit}`, `name ${second}`);
});

test('a directory of a repository, and several repositories', async () => {
  const [one, two] = [new Repo(), new Repo()];
  one.commit({ 'deep/er/a.yaml': '{}', 'other.yaml': '{}' });
  two.commit({ 'b.yml': '{}' });
  const got = await fetched([`one=${one.path}#main:deep/er`, two.path]);
  assert.equal(
    got.map((r) => [r.name, r.files]),
    [
      ['one', [{ path: 'a.yaml', text: '{}' }]],
      [two.name, [{ path: 'b.yml', text: '{}' }]],
    ],
  );
  assert.match(await refused([`${one.path}#main:no/such`]), /^80 no-directory/);
  assert.match(await refused([`${one.path}#main:other.yaml`]), /^80 no-directory/);
  assert.match(
    await refused([`x=${one.path}#main`, `x=${two.path}#main`]),
    /^64 bad-repository: two repositories are called "x"/,
  );
});

test('one that moved back or aside is refused, unless told; moving on is not', async () => {
  const repo = new Repo();
  const first = repo.commit({ a: '1' });
  await fetched([`${repo.path}#main`]);
  const second = repo.commit({ a: '2' });
  await fetched([`${repo.path}#main`]);
  repo.git('reset', '-q', '--hard', first);
  assert.is(
    await refused([`${repo.path}#main`]),
    `84 moved-back: repository "${repo.name}" moved back: ${first} is no descendant of ${second}, which was used last`,
  );
  repo.commit({ a: '3' }, '--amend');
  assert.match(await refused([`${repo.path}#main`]), /^84 moved-back/);
  assert.is((await fetched([`${repo.path}#${first}`]))[0]?.commit, first, 'a commit that is named was chosen');
  const [moved] = await fetched([`${repo.path}#main`], { allowBack: true });
  assert.is((await fetched([`${repo.path}#main`]))[0]?.commit, moved?.commit);
});

test('links, submodules and hooks are left out', async () => {
  const repo = new Repo();
  mkdirSync(join(repo.path, '.git/hooks'), { recursive: true });
  for (const hook of ['post-checkout', 'pre-commit', 'reference-transaction'])
    writeFileSync(join(repo.path, '.git/hooks', hook), `#!/bin/sh\ntouch ${root}/hooked\n`, { mode: 0o755 });
  symlinkSync('/etc/passwd', join(repo.path, 'passwd.yaml'));
  symlinkSync('/etc', join(repo.path, 'etc'));
  repo.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
  execFileSync('git', ['-C', repo.path, '-c', 'core.hooksPath=/dev/null', 'add', 'passwd.yaml', 'etc'], { env });
  execFileSync('git', ['-C', repo.path, '-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'x'], { env });
  writeFileSync(join(repo.path, 'a.yaml'), '{}');
  execFileSync('git', ['-C', repo.path, 'add', 'a.yaml'], { env });
  execFileSync('git', ['-C', repo.path, '-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'y'], { env });
  rmSync(join(root, 'hooked'), { force: true });
  const [got] = await fetched([`${repo.path}#main`]);
  assert.equal(got?.files, [{ path: 'a.yaml', text: '{}' }]);
  assert.not(existsSync(join(root, 'hooked')));
});

test('filters of the tree are not run', async () => {
  const repo = new Repo();
  writeFileSync(join(root, '.gitconfig'), `[filter "evil"]\n\tsmudge = touch ${root}/smudged\n`);
  repo.commit({ '.gitattributes': '* filter=evil\n', 'a.yaml': '{}' });
  await fetched([`${repo.path}#main`]);
  rmSync(join(root, '.gitconfig'));
  assert.not(existsSync(join(root, 'smudged')));
});

test('what git cannot do is told', async () => {
  assert.match(await refused([`${root}/nowhere#main`]), /^69 git-failed: "git fetch" failed: /);
  const repo = new Repo();
  assert.match(await refused([`${repo.path}#`]), /^80 no-ref: repository ".*" does not say which branch is its head/);
  repo.commit({ a: '' });
  assert.match(await refused([`${repo.path}#gone`]), /^80 no-ref: repository ".*" has no branch, tag or commit "gone"/);
});

test('a directory as it is; not one that others write to', async () => {
  const path = join(root, 'plain');
  mkdirSync(join(path, 'sub'), { recursive: true });
  writeFileSync(join(path, 'sub/a.json'), '{}');
  writeFileSync(join(path, 'bad.yaml'), Buffer.from([0xff]));
  symlinkSync('/etc/passwd', join(path, 'link.yaml'));
  const [got] = await fetched([path]);
  assert.equal(got?.files, [{ path: 'bad.yaml' }, { path: 'sub/a.json', text: '{}' }]);
  assert.is(got?.commit, undefined);
  chmodSync(join(path, 'sub'), 0o777);
  assert.match(await refused([path]), /^77 untrusted-directory: ".*sub" is writable by everybody/);
  assert.match(await refused([join(root, 'none')]), /^66 no-directory/);
});

test('a cache that others write to, or that is none', async () => {
  const repo = new Repo();
  repo.commit({ a: '' });
  const cache = join(root, 'open');
  mkdirSync(cache, { mode: 0o777 });
  chmodSync(cache, 0o777);
  assert.match(await refused([`${repo.path}#main`], { cache }), /^77 untrusted-cache: the cache ".*open" is writable by others/);
  symlinkSync(join(root, 'cache'), join(root, 'linked'));
  assert.match(await refused([`${repo.path}#main`], { cache: join(root, 'linked') }), /^77 untrusted-cache: .* is no directory/);
  assert.match(await refused([`${repo.path}#main`], { cache: '/proc/none/cache' }), /^73 no-cache/);
});

test('the command: sources, facts, data; whom to trust has to be said', async () => {
  const repo = new Repo();
  repo.commit({
    'a.yaml': 'a:\n  cmd.run:\n    - name: echo {{ data.x }} {{ facts.node }} {{ facts.roles[0] }}\n'
      .replace('echo', '"echo')
      .replace(/\n$/, '"\n'),
  });
  writeFileSync(join(root, 'd1.yaml'), 'x: 1\ny: 1\n');
  writeFileSync(join(root, 'd2.json'), '{"x": 2}');
  const call = (argv: string[]) => invoke(tool, argv, { readInput: async () => new Uint8Array(), note: () => {} });
  const base = ['fetch', `${repo.path}#main`, '--cache', join(root, 'cache'), '--node', 'n1', '--role', 'web'];
  const out = JSON.stringify(await call([...base, '--data', join(root, 'd1.yaml'), '--data', join(root, 'd2.json')]));
  assert.match(out, /"data":\{"x":2,"y":1\}/);
  assert.match(out, /"node":"n1"/);
  const code = async (argv: string[]) => (await thrown<DvmError>(() => call(argv))).code;
  assert.is(await code([...base, '--verify', 'ssh']), 'missing-option');
  assert.is(await code([...base, '--verify', 'gpg']), 'missing-option');
  assert.is(await code(['fetch']), 'missing-argument');
  writeFileSync(join(root, 'd3.yaml'), '[1]');
  assert.is(await code([...base, '--data', join(root, 'd3.yaml')]), 'bad-states');
});

test.run();
