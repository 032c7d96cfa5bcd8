import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { clone } from '#dots/verbs/clone.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { DockerRegistry, missingForRegistry } from '#test/support/docker-registry.js';
import { dot, dotIn, storeIn } from '#test/support/dots.js';
import { devices, dvm, refusal, sh, unsettled } from '#test/support/guest.js';

const tests = 9;

/** Dots that travel: from the pool of one group through Debian's registry into the pool of another. */
guestTests({ disks: ['300M', '400M', '160M'], memory: '768M' }, () => {
  const test = suite('dots and a registry');
  const missing = missingForRegistry();
  if (missing !== undefined) return skipped(tests, missing);
  const there = dotIn('other');
  let registry: DockerRegistry;
  const remote = () => ['--remote', `${registry.host}/team/shop`, '--plain-http'];
  const put = (path: string, bytes: number) => writeFileSync(path, randomBytes(bytes), { flush: true });
  const headOf = async (run: typeof dot, name = 'shop') => (await run('log', name)).commits[0].id;

  /** All bytes of a branch's volume are those of a commit. */
  async function sameBytes(group: string, commit: string): Promise<void> {
    const { volume } = (await dotIn(group)('list')).dots[0].branches[0];
    await dvm`activate vg/commit-${commit}`;
    await dvm`activate ${`${group}/${volume.name}`}`;
    sh`cmp ${`/dev/dvm/vg/commit-${commit}`} ${`/dev/dvm/${group}/${volume.name}`}`;
    await dvm`deactivate vg/commit-${commit}`;
  }

  test('pushed with all that came before, and once', async () => {
    sh`ip link set lo up`;
    registry = await DockerRegistry.start('/tmp/registry');
    await dvm`create vg /dev/ubda --extent-size 1M`;
    await dvm`thin-pool vg/pool --size 250M --chunk-size 64K`;
    await dvm`create other /dev/ubdb --extent-size 1M`;
    await dvm`thin-pool other/pool --size 350M --chunk-size 64K`;
    await dot('init', 'shop', '--size', '64M');
    await dot('mount', 'shop', '/srv/a');
    for (const [i, size] of [3 << 20, 1 << 20, 4096].entries()) {
      put(`/srv/a/file-${i}`, size);
      if (i === 2) sh`rm /srv/a/file-1`;
      await dot('commit', 'shop', '-m', `commit ${i}`);
    }
    const pushed = await dot('push', 'shop', ...remote());
    assert.equal([pushed.commits.length, pushed.moved], [3, true]);
    assert.not((await dot('push', 'shop', '--plain-http')).moved, 'the dot remembers where');
  });

  test('a clone into an empty pool that is cut goes on; then it is equal bit by bit, and so is its history', async () => {
    const store = storeIn('other');
    const cut = new AbortController();
    const as = { namespace: 'admin', name: 'shop' };
    const from = { reference: `${registry.host}/team/shop`, auth: { kind: 'anonymous' as const }, plainHttp: true };
    const onProgress = ({ index }: { index: number }) => void (index === 2 && cut.abort());
    await clone(store, { remote: from, as, seed: true, onProgress, signal: cut.signal }).then(
      () => assert.unreachable('it was cut'),
      () => {},
    );
    const { state } = await store.read();
    assert.equal([state.dots.length, state.works.length, state.commits.size], [0, 1, 1]);
    const cloned = await there('clone', `${registry.host}/team/shop`, 'shop', '--plain-http', '--seed');
    assert.is(cloned.dot.seed.state, 'seeded');
    await sameBytes('other', await headOf(dot));
    assert.equal((await there('log', 'shop')).commits, (await dot('log', 'shop')).commits);
    const { files } = await there('diff', 'shop', 'HEAD^', 'HEAD');
    assert.equal(files, { added: ['__default__/file-2'], changed: [], removed: ['__default__/file-1'] });
  });

  test('the same seed again does nothing; a dot of that name is not cloned over', async () => {
    const words = ['clone', `${registry.host}/team/shop`, 'shop', '--plain-http'];
    assert.ok((await there(words[0] as string, ...words.slice(1), '--seed')).already);
    assert.is((await refusal(() => there(words[0] as string, ...words.slice(1)))).code, 'dot-exists');
    const missing = await refusal(() => there('clone', `${registry.host}/team/none`, 'none', '--plain-http'));
    assert.is(missing.code, 'no-remote-branch');
  });

  test('a pull shows in the mounts that are there; what is new alone travels', async () => {
    await there('mount', 'shop', '/srv/b');
    put('/srv/a/new', 100_000);
    await dot('commit', 'shop');
    const { bytes } = await dot('push', 'shop', '--plain-http');
    assert.ok(bytes < 1 << 20, `${bytes} bytes`);
    const pulled = await there('pull', 'shop', '--plain-http');
    assert.equal([pulled.already, pulled.to], [false, await headOf(dot)]);
    sh`cmp /srv/a/new /srv/b/new`;
    assert.ok((await there('pull', 'shop', '--plain-http')).already);
    assert.equal((await there('list')).works, []);
  });

  test('what is not committed is not lost: refused, or kept as a branch', async () => {
    writeFileSync('/srv/b/mine', 'mine', { flush: true });
    put('/srv/a/new', 100_000);
    await dot('commit', 'shop');
    await dot('push', 'shop', '--plain-http');
    assert.is((await refusal(() => there('pull', 'shop', '--plain-http'))).code, 'dot-dirty');
    const { stashed } = await there('pull', 'shop', '--plain-http', '--stash');
    assert.match(stashed, /^master-stash-/);
    sh`cmp /srv/a/new /srv/b/new`;
    assert.is(readFileSync(`${(await there('mount', `shop@${stashed}`)).path}/mine`, 'utf8'), 'mine');
    await there('unmount', `shop@${stashed}`);
    await there('delete', `shop@${stashed}`);
  });

  test('forward only: who is behind pulls first, who has diverged is told', async () => {
    for (const [run, at] of [
      [dot, '/srv/a'],
      [there, '/srv/b'],
    ] as const) {
      put(`${at}/both`, 5000);
      await run('commit', 'shop');
    }
    assert.is((await refusal(() => there('push', 'nothing', '--plain-http'))).code, 'no-dot');
    await dot('push', 'shop', '--plain-http');
    assert.is((await refusal(() => there('push', 'shop', '--plain-http'))).code, 'diverged');
    assert.is((await refusal(() => there('pull', 'shop', '--plain-http'))).code, 'diverged');
    await there('push', 'shop', '--plain-http', '--remote-branch', 'own');
    await dot('pull', 'shop@own', '--plain-http');
    assert.is(await headOf(dot, 'shop@own'), await headOf(there));
    assert.match((await there('pull', 'shop', '--plain-http', '--stash')).stashed, /stash/);
    sh`cmp /srv/a/both /srv/b/both`;
    put('/srv/b/both', 5000);
    await there('commit', 'shop');
    assert.is((await refusal(() => there('pull', 'shop', '--plain-http'))).code, 'local-ahead');
  });

  test('every server as a branch of its own, and no more history than is wanted', async () => {
    await dvm`create third /dev/ubdc --extent-size 1M`;
    await dvm`thin-pool third/pool --size 100M --chunk-size 64K`;
    const server = dotIn('third');
    await server('clone', `${registry.host}/team/shop`, 'mine', '--plain-http', '--as-branch', 'server-1', '--depth', '1');
    assert.is((await server('log', 'mine')).commits.length, 1);
    put(`${(await server('mount', 'mine', '/srv/c')).path}/own`, 5000);
    await server('commit', 'mine@server-1');
    assert.equal((await server('push', 'mine@server-1', '--plain-http')).commits.length, 1);
    await server('unmount', 'mine');
  });

  test('nothing is left behind', async () => {
    await dot('unmount', 'shop');
    await there('unmount', 'shop');
    assert.equal(unsettled(), []);
    assert.equal((await there('gc')).removed, []);
    assert.equal(
      devices().filter((d) => d.includes('commit')),
      [],
    );
  });

  test('the registry stops, whatever came before', () => registry.stop());

  test.run();
});
