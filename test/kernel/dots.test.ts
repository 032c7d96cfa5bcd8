import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { guestTests } from '#test/sandbox/session.js';
import { assert, suite } from '#test/support/check.js';
import { dot } from '#test/support/dots.js';
import { devices, dvm, refusal, sh, unsettled } from '#test/support/guest.js';

/** Dots on a real kernel: what verbs do to files. */
guestTests({ disks: ['400M', '400M'], memory: '512M' }, () => {
  const test = suite('dots');
  const at = '/srv/shop';
  const file = `${at}/file`;
  const put = (text: string) => writeFileSync(file, text, { flush: true });
  const text = () => readFileSync(file, 'utf8');
  const head = async (name = 'shop') => (await dot('log', name)).commits[0].id;

  test('made, mounted where it is wanted, and there again after a second mount', async () => {
    await dvm`create vg /dev/ubda /dev/ubdb --extent-size 1M`;
    assert.is((await refusal(() => dot('init', 'shop'))).code, 'no-pool');
    await dvm`thin-pool vg/pool --size 500M --chunk-size 64K`;
    const { dot: made } = await dot('init', 'shop', '--size', '100M');
    assert.equal([made.namespace, made.fs, made.branches[0].name, made.size], ['admin', 'ext4', 'master', 100 << 20]);
    assert.is((await refusal(() => dot('init', 'shop'))).code, 'dot-exists');
    assert.is((await dot('mount', 'shop', at)).path, at);
    await dot('mount', 'shop', at);
    assert.is(sh`findmnt -n -o FSTYPE ${at}`.trim(), 'ext4');
    assert.ok(existsSync(`${(await dot('mount', 'shop.__root__')).path}/__default__`));
  });

  test('commits while it is mounted; log, dirty, diff', async () => {
    put('one');
    await dot('commit', 'shop', '-m', 'first', '--metadata', 'version=1');
    assert.is((await dot('show', 'shop')).branches[0].dirtyBytes, 0, 'what a mount itself writes is nothing of the user’s');
    put('two');
    writeFileSync(`${at}/new`, 'x', { flush: true });
    assert.ok((await dot('show', 'shop')).branches[0].dirtyBytes >= 65_536);
    await dot('commit', 'shop', '-m', 'second');
    const { commits } = await dot('log', 'shop');
    assert.equal(
      commits.map((c: { message: string; metadata: object }) => [c.message, c.metadata]),
      [
        ['second', {}],
        ['first', { version: '1' }],
      ],
    );
    const { files, changedBytes } = await dot('diff', 'shop', 'HEAD^', 'HEAD');
    assert.equal(files, { added: ['__default__/new'], changed: ['__default__/file'], removed: [] });
    assert.ok(changedBytes >= 65_536 && changedBytes < 20 << 20, `${changedBytes}`);
    assert.equal(
      devices().filter((d) => d.includes('commit')),
      [],
      'commits are down',
    );
    assert.equal(unsettled(), []);
  });

  test('a branch from the middle is mounted beside, and by checkout instead', async () => {
    await dot('branch', 'shop', 'fix', '--at', 'HEAD^');
    assert.is(readFileSync(`${(await dot('mount', 'shop@fix')).path}/file`, 'utf8'), 'one');
    put('three');
    assert.equal((await dot('checkout', 'shop', 'fix')).moved, [at]);
    assert.is(text(), 'one');
    put('fixed');
    await dot('commit', 'shop@fix', '-m', 'fixed');
    await dot('checkout', 'shop', 'master');
    assert.is(text(), 'three');
    assert.equal(
      (await dot('list')).dots[0].branches.map((b: { name: string; current: boolean }) => [b.name, b.current]),
      [
        ['master', true],
        ['fix', false],
      ],
    );
    assert.is((await refusal(() => dot('branch', 'shop', 'fix'))).code, 'branch-exists');
    assert.is((await refusal(() => dot('branch', 'shop', 'x', '--at', 'zz'))).code, 'no-commit');
  });

  test('rollback: refused for what is not committed and who is in there; then files are what they were', async () => {
    const first = (await dot('log', 'shop')).commits[1].id;
    const dirty = await refusal(() => dot('rollback', 'shop', first));
    assert.is(dirty.code, 'dot-dirty');
    const cwd = process.cwd();
    process.chdir(at);
    const busy = await refusal(() => dot('rollback', 'shop', first, '--force'));
    process.chdir(cwd);
    assert.is(busy.code, 'dot-in-use');
    assert.match(busy.message, /node|main/i);
    assert.is(text(), 'three');
    const { dropped } = await dot('rollback', 'shop', first, '--force');
    assert.is(dropped.length, 1);
    assert.is(text(), 'one');
    assert.not(existsSync(`${at}/new`));
    assert.equal([(await dot('log', 'shop')).commits.length, (await dot('log', 'shop@fix')).commits.length], [1, 2]);
    const fixed = await head('shop@fix');
    assert.is((await refusal(() => dot('rollback', 'shop', fixed))).code, 'not-of-branch');
  });

  test('a commit is read where it is mounted, and written to by nobody', async () => {
    const { path } = await dot('mount', 'shop@fix', '--commit', 'HEAD');
    assert.is(readFileSync(`${path}/file`, 'utf8'), 'fixed');
    assert.throws(() => writeFileSync(`${path}/file`, 'x'), /EROFS/);
    assert.is((await refusal(() => dot('mount', 'shop.none', '--commit', 'HEAD'))).code, 'no-subdot');
    await dot('unmount', 'shop@fix', '--commit', 'HEAD');
  });

  test('subdots are directories; a second one is shown beside', async () => {
    mkdirSync('/srv/redis');
    await dot('mount', 'shop.redis', '/srv/redis');
    writeFileSync('/srv/redis/dump', 'x');
    assert.is(readFileSync(`${(await dot('mount', 'shop.__root__')).path}/redis/dump`, 'utf8'), 'x');
    assert.is((await refusal(() => dot('mount', 'shop@fix', '/srv/redis'))).code, 'mounted-already');
    assert.equal((await dot('unmount', 'shop', '/srv/redis')).unmounted, ['/srv/redis']);
    assert.is((await refusal(() => dot('unmount', 'shop', '/srv/redis'))).code, 'not-mounted');
  });

  test('a fork lives on when its origin is deleted; gc takes what is left', async () => {
    await dot('fork', 'shop@fix', 'ann/own');
    assert.is((await refusal(() => dot('delete', 'shop'))).code, 'dot-in-use');
    await dot('unmount', 'shop');
    await dot('unmount', 'shop@fix');
    const { dropped } = await dot('delete', 'shop');
    assert.equal(dropped, [], 'the fork needs its commits');
    assert.is((await refusal(() => dot('show', 'shop'))).code, 'no-dot');
    assert.equal((await dot('log', 'ann/own')).commits.length, 2);
    assert.is(readFileSync(`${(await dot('mount', 'ann/own')).path}/file`, 'utf8'), 'fixed');
    await dot('unmount', 'ann/own');
    assert.is((await dot('delete', 'ann/own')).dropped.length, 2);
    assert.equal((await dot('gc')).removed, []);
    assert.equal(
      devices().filter((d) => !d.startsWith('vg-pool')),
      [],
    );
  });

  test('after a reboot everything is where it was', async () => {
    await dot('init', 'again', '--fs', 'xfs', '--size', '320M');
    const { path } = await dot('mount', 'again');
    writeFileSync(`${path}/kept`, 'x');
    await dot('commit', 'again');
    await dot('branch', 'again', 'copy');
    assert.is(readFileSync(`${(await dot('mount', 'again@copy')).path}/kept`, 'utf8'), 'x');
    await dot('unmount', 'again@copy');
    await dot('unmount', 'again');
    await dvm`deactivate vg`;
    assert.equal(devices(), []);
    assert.is(readFileSync(`${(await dot('mount', 'again')).path}/kept`, 'utf8'), 'x');
    assert.is((await dot('show', 'again')).branches[0].dirtyBytes, 0);
    await dot('unmount', 'again');
  });

  test.run();
});
