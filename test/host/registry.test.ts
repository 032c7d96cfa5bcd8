import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Remote } from '#dots/transfer/content.js';
import { fetchCommit } from '#dots/transfer/fetch.js';
import { push } from '#dots/transfer/push.js';
import { listRemote } from '#dots/transfer/remote-branch.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { type DockerRegistry, missingForRegistry, withRegistry } from '#test/support/docker-registry.js';
import { MemoryDot, MemoryVolume, scribble } from '#test/support/dot-volumes.js';
import { inTmp } from '#test/support/loop.js';
import { runProcess } from '#test/support/process.js';
import { Random } from '#test/support/random.js';
import { TestCa } from '#test/support/test-ca.js';
import type { DvmError } from '#tool/errors.js';

/** Commits in Debian's docker-registry, which skopeo looks at and copies too. */
const test = suite('dots: docker-registry and skopeo');

const plain = (registry: DockerRegistry, path = 'team/dot'): Remote => ({
  reference: `${registry.host}/${path}`,
  auth: { kind: 'anonymous' },
  plainHttp: true,
});

/** Three commits, some of it in the second GiB. */
function sampleDot(): { dot: MemoryDot; ids: string[] } {
  const dot = new MemoryDot();
  const volume = new MemoryVolume(2 ** 31);
  const ids = [1, 2, 3].map((seed) => {
    scribble(volume, new Random(seed), 60);
    return dot.commit(volume);
  });
  return { dot, ids };
}

async function pushAll(dot: MemoryDot, remote: Remote): Promise<number> {
  const head = dot.commits.at(-1)?.id as string;
  return (await push({ source: dot, branch: 'master', head, remote, packTarget: 200_000 })).commits.length;
}

async function assertPulls(remote: Remote, dot: MemoryDot, ids: readonly string[]): Promise<void> {
  for (const commit of ids) {
    const target = new MemoryVolume(2 ** 31);
    await fetchCommit({ remote, commit, from: undefined, target });
    assert.is(target.differsFrom(dot.volume(commit)), undefined, commit);
  }
}

async function skopeo(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProcess('skopeo', words);
  assert.is(code, 0, stderr);
  return stdout;
}

test('pushed and pulled, also after its garbage was collected; the second push adds only what is new', () =>
  inTmp((dir) =>
    withRegistry(dir, {}, async (registry) => {
      const { dot, ids } = sampleDot();
      assert.is(await pushAll(dot, plain(registry)), 3);
      assert.is(await pushAll(dot, plain(registry)), 0);
      assert.equal(await listRemote(plain(registry)), { branches: ['master'], commits: ids });
      registry.collectGarbage();
      await assertPulls(plain(registry), dot, ids);
      const blobs = join(dir, 'content/docker/registry/v2/blobs/sha256');
      const before = sizeOf(blobs);
      const volume = dot.volume(ids[2] as string).copy();
      volume.set(3, new Random(9).bytes(4096));
      ids.push(dot.commit(volume));
      assert.is(await pushAll(dot, plain(registry)), 1);
      assert.ok(sizeOf(blobs) - before < 40_000, `${sizeOf(blobs) - before} bytes for one block`);
      registry.collectGarbage();
      await assertPulls(plain(registry), dot, ids.slice(3));
    }),
  ));

function sizeOf(dir: string): number {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return files.reduce((sum, e) => sum + statSync(join(e.parentPath, e.name)).size, 0);
}

test('skopeo inspects a commit, and what it copied elsewhere can be pulled there', () =>
  inTmp((dir) =>
    withRegistry(dir, {}, async (registry) => {
      const { dot, ids } = sampleDot();
      await pushAll(dot, plain(registry));
      const tag = (path: string) => `docker://${registry.host}/${path}:c-${ids[2]}`;
      const manifest = JSON.parse(await skopeo('inspect', '--tls-verify=false', '--raw', tag('team/dot')));
      assert.is(manifest.artifactType, 'application/vnd.dvm.commit.v1+json');
      const config = JSON.parse(await skopeo('inspect', '--tls-verify=false', '--config', '--raw', tag('team/dot')));
      assert.equal([config.kind, config.id, config.ancestors], ['dot-commit', ids[2], [ids[1], ids[0]]]);
      const unsafe = ['--src-tls-verify=false', '--dest-tls-verify=false'];
      await skopeo('copy', ...unsafe, '--preserve-digests', tag('team/dot'), tag('other/place'));
      await assertPulls(plain(registry, 'other/place'), dot, ids.slice(2));
      await skopeo('copy', ...unsafe, '--preserve-digests', tag('team/dot'), `oci:${dir}/layout:one`);
      await skopeo('copy', ...unsafe, '--preserve-digests', `oci:${dir}/layout:one`, tag('third'));
      await assertPulls(plain(registry, 'third'), dot, ids.slice(2));
    }),
  ));

test('a fork mounts the packs of what it was made from', () =>
  inTmp((dir) =>
    withRegistry(dir, {}, async (registry) => {
      const { dot, ids } = sampleDot();
      await pushAll(dot, plain(registry));
      const head = ids[2] as string;
      const remote = plain(registry, 'team/fork');
      await push({ source: dot, branch: 'master', head, remote, packTarget: 200_000, mountFrom: 'team/dot' });
      await assertPulls(remote, dot, ids);
    }),
  ));

test('with a password, by TLS with an authority of our own', () =>
  inTmp((dir) => {
    const ca = new TestCa(dir);
    const tls = ca.issue('localhost');
    return withRegistry(dir, { user: ['me', 'correct-horse'], tls }, async (registry) => {
      const file = (name: string, text: string): string => {
        mkdirSync(join(dir, 'c'), { recursive: true });
        writeFileSync(join(dir, 'c', name), text, { mode: 0o600 });
        return join(dir, 'c', name);
      };
      const path = file('right', 'me:correct-horse\n');
      const remote: Remote = { reference: `${registry.host}/team/dot`, auth: { kind: 'credentials', path }, ca: tls.ca };
      const { dot, ids } = sampleDot();
      assert.is(await pushAll(dot, remote), 3);
      const auth = Buffer.from('me:correct-horse').toString('base64');
      const docker = file('config.json', JSON.stringify({ auths: { [registry.host]: { auth } } }));
      await assertPulls({ ...remote, auth: { kind: 'docker-config', path: docker } }, dot, ids.slice(2));
      const code = async (more: Partial<Remote>) => {
        const error = await thrown<DvmError>(() => listRemote({ ...remote, ...more }));
        assert.is(JSON.stringify(error).includes('horse'), false);
        return error.code;
      };
      assert.is(await code({ auth: { kind: 'credentials', path: file('wrong', 'me:wrong-horse\n') } }), 'registry-login');
      assert.is(await code({ auth: { kind: 'anonymous' } }), 'registry-login');
      const { ca: _, ...noCa } = remote;
      const error = await thrown<DvmError>(() => listRemote(noCa));
      assert.is(error.code, 'registry-certificate');
      assert.match(error.hint ?? '', /--remote-ca/);
    });
  }));

const why = missingForRegistry();
if (why !== undefined) skipped(4, why);
else test.run();
