import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveCommit } from '#dots/lazy/serve.js';
import type { Remote } from '#dots/transfer/content.js';
import { push } from '#dots/transfer/push.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { missingForRegistry, withRegistry } from '#test/support/docker-registry.js';
import { MemoryDot, MemoryVolume, scribble } from '#test/support/dot-volumes.js';
import { inTmp } from '#test/support/loop.js';
import { runProcess } from '#test/support/process.js';
import { Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';

/** A commit in docker-registry, served by NBD to libnbd's programs. */
const test = suite('dots: a commit as a block device');
const size = 64 << 20;

function withCommit(
  body: (at: { dir: string; remote: Remote; id: string; volume: MemoryVolume; stop: () => Promise<void> }) => Promise<void>,
) {
  return inTmp((dir) =>
    withRegistry(dir, {}, async (registry) => {
      const dot = new MemoryDot();
      const volume = new MemoryVolume(size);
      scribble(volume, new Random(7), 400);
      const id = dot.commit(volume);
      const remote: Remote = { reference: `${registry.host}/d`, auth: { kind: 'anonymous' }, plainHttp: true };
      await push({ source: dot, branch: 'master', head: id, remote });
      await body({ dir, remote, id, volume, stop: () => registry.stop() });
    }),
  );
}

const uri = (path: string, name = ''): string => `nbd+unix:///${name}?socket=${path}`;

test('nbdinfo describes it, nbdcopy copies it bit by bit', () =>
  withCommit(async ({ dir, remote, id, volume }) => {
    const socket = join(dir, 'nbd');
    writeFileSync(join(dir, 'file'), '');
    assert.is((await thrown<DvmError>(() => serveCommit(remote, id, join(dir, 'file')))).code, 'not-a-socket');
    assert.is((await thrown<DvmError>(() => serveCommit(remote, id, join(dir, 'no/such/nbd')))).code, 'no-socket');
    const served = await serveCommit(remote, id, socket);
    assert.is(served.size, size);
    assert.is(lstatSync(socket).mode & 0o777, 0o600);
    const info = await runProcess('nbdinfo', ['--json', uri(socket, id)]);
    assert.is(info.code, 0, info.stderr);
    const [found] = JSON.parse(info.stdout).exports;
    assert.equal([found['export-size'], found.is_read_only, found.can_multi_conn], [size, true, true]);
    const copy = join(dir, 'copy');
    const copied = await runProcess('nbdcopy', [uri(socket), copy]);
    assert.is(copied.code, 0, copied.stderr);
    assert.ok(readFileSync(copy).equals(await volume.read(0, size)));
    assert.is((await runProcess('nbdinfo', [uri(socket, 'other')])).code === 0, false);
    await served.close();
    assert.not(existsSync(socket));
  }));

test('a registry that is gone: reads are errors, told to who serves, and the server stays', () =>
  withCommit(async ({ dir, remote, id, stop }) => {
    const socket = join(dir, 'nbd');
    const failures: unknown[] = [];
    const served = await serveCommit(remote, id, socket, { failed: (e) => void failures.push(e), pause: async () => {} });
    await stop();
    const copied = await runProcess('nbdcopy', ['--requests=1', '--connections=1', uri(socket), join(dir, 'copy')]);
    assert.is(copied.code === 0, false);
    assert.ok(failures.length > 0);
    assert.is((failures[0] as DvmError).code, 'registry-unreachable');
    assert.is((await runProcess('nbdinfo', [uri(socket)])).code, 0, 'it still greets');
    await served.close();
  }));

const why = missingForRegistry() ?? (existsSync('/usr/bin/nbdcopy') ? undefined : 'libnbd-bin is not installed');
if (why !== undefined) skipped(2, why);
else test.run();
