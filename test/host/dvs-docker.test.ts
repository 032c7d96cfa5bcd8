import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readMountTable } from '#blockdev/mounts.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { kill, type Rig, until, withRig } from '#test/support/dvs.js';
import { canLoop, run } from '#test/support/loop.js';
import { type Ended, runProcess } from '#test/support/process.js';

/** dvs as the volume plugin of Debian's dockerd, as users type it. */
const test = suite('dvs for Docker');

class Docker {
  readonly rig: Rig;
  readonly socket: string;
  readonly plugin: string;
  daemon: ChildProcess | undefined;

  constructor(rig: Rig) {
    this.rig = rig;
    this.socket = `unix://${rig.dir}/d.sock`;
    this.plugin = `dvstest${process.pid}`;
  }

  /** dockerd looks for plugins in one place only, so the socket's name is this test's own. */
  get config(): object {
    return { docker: { socket: `/run/docker/plugins/${this.plugin}.sock`, sizeMB: 20 } };
  }

  async start(): Promise<void> {
    const dir = (name: string) => join(this.rig.dir, name);
    const flags = ['--bridge=none', '--iptables=false', '--ip6tables=false', '--storage-driver=overlay2', '--shutdown-timeout=1'];
    const places = ['--data-root', dir('data'), '--exec-root', dir('exec'), '-H', this.socket, '-p', dir('docker.pid')];
    this.daemon = this.rig.spawn('/usr/sbin/dockerd', [...flags, ...places], 'dockerd.log');
    await until(async () => (await this.try('version')).code === 0, 'dockerd answers');
  }

  /** An image with busybox and nothing else. */
  async importBusybox(): Promise<void> {
    const root = join(this.rig.dir, 'rootfs');
    mkdirSync(join(root, 'bin'), { recursive: true });
    run('cp', '/bin/busybox', join(root, 'bin/busybox'));
    for (const name of ['sh', 'dd', 'cat', 'sleep', 'ls', 'echo', 'stat', 'df'])
      run('ln', '-s', 'busybox', join(root, 'bin', name));
    run('tar', '-C', root, '-cf', join(this.rig.dir, 'image.tar'), '.');
    await this.do('import', join(this.rig.dir, 'image.tar'), 'bb');
  }

  try(...words: string[]): Promise<Ended> {
    return runProcess('docker', ['-H', this.socket, ...words], { limit: 100_000 });
  }

  /** What docker printed; fails when docker does. */
  async do(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.try(...words);
    assert.is(code, 0, `docker ${words.join(' ')}: ${stderr}${this.rig.log('dvs.log').slice(-1500)}`);
    return stdout.trim();
  }

  create(name: string, ...options: string[]): Promise<string> {
    return this.do('volume', 'create', '-d', this.plugin, ...options.flatMap((o) => ['-o', o]), name);
  }

  async end(): Promise<void> {
    const { stdout } = await this.try('ps', '-aq');
    if (stdout.trim() !== '') await this.try('rm', '-f', ...stdout.trim().split('\n'));
    if (this.daemon) await kill(this.daemon, 'SIGTERM');
  }
}

function withDocker(work: (docker: Docker, restartDvs: () => Promise<void>) => Promise<void>): Promise<void> {
  return withRig(async (rig) => {
    const docker = new Docker(rig);
    let dvs = await rig.startDvs(rig.config(docker.config), []);
    try {
      await docker.start();
      await docker.importBusybox();
      await work(docker, async () => {
        await kill(dvs);
        dvs = await rig.startDvs(rig.config(docker.config), []);
      });
    } finally {
      await docker.end();
      await kill(dvs, 'SIGTERM');
    }
  });
}

const isolated = ['--rm', '--network', 'none'];

test('create, ls, inspect, fill to the limit, keep data beyond a container, rm', () =>
  withDocker(async (docker) => {
    assert.is(await docker.create('db', 'size=30M', 'fs=ext2', 'mode=0750', 'uid=33', 'gid=34'), 'db');
    assert.is(await docker.create('db', 'size=30M', 'fs=ext2', 'mode=0750', 'uid=33', 'gid=34'), 'db');
    assert.match(await docker.do('volume', 'ls'), new RegExp(`${docker.plugin} +db`));
    const [seen] = JSON.parse(await docker.do('volume', 'inspect', 'db'));
    assert.equal([seen.Driver, seen.Scope, seen.Status.size, seen.Status.fs], [docker.plugin, 'local', '30M', 'ext2']);
    const shell = (script: string) => docker.try('run', ...isolated, '-v', 'db:/data', 'bb', 'sh', '-c', script);
    const full = await shell(
      'stat -c "%a %u %g" /data; ls -A /data; echo kept > /data/file; dd if=/dev/zero of=/data/full bs=64k',
    );
    assert.match(full.stdout, /^750 33 34\n$/, 'owner and mode as asked for, and nothing in it');
    assert.match(full.stderr, /No space left on device/);
    assert.is((await shell('cat /data/file')).stdout, 'kept\n');
    const mount = ['--mount', 'type=volume,src=db,dst=/m'];
    assert.is(await docker.do('run', ...isolated, ...mount, 'bb', 'cat', '/m/file'), 'kept');
    assert.not(
      readMountTable().some((m) => m.target.endsWith('/docker/db')),
      'unmounted when nobody uses it',
    );
    await docker.do('volume', 'rm', 'db');
    assert.is(await docker.do('volume', 'ls', '-q'), '');
  }));

test('options that are wrong are refused in words', () =>
  withDocker(async (docker) => {
    const cases: Record<string, RegExp> = {
      'size=0': /not between 1 and/,
      'size=lots': /is not a number with a unit/,
      'fs=ntfs': /none of ext2, ext3, ext4, xfs/,
      'seed=me/dot': /no dots to seed a volume from/,
      'colour=blue': /"colour" is not known/,
      'mode=9': /not a number in octal/,
      'group=vg': /dvm is not in the config/,
    };
    for (const [option, words] of Object.entries(cases)) {
      const { code, stderr } = await docker.try('volume', 'create', '-d', docker.plugin, '-o', option, 'v');
      assert.is(code, 1, option);
      assert.match(stderr, words, option);
    }
  }));

test('killed and started again under running containers; dockerd too', () =>
  withDocker(async (docker, restartDvs) => {
    await docker.create('vol');
    const first = await docker.do('run', '-d', '--network', 'none', '-v', 'vol:/data', 'bb', 'sleep', '600');
    const second = await docker.do('run', '-d', '--network', 'none', '-v', 'vol:/data', 'bb', 'sleep', '600');
    await restartDvs();
    await docker.do('exec', first, 'sh', '-c', 'echo more > /data/more');
    assert.is(await docker.do('exec', second, 'cat', '/data/more'), 'more');
    await docker.do('rm', '-f', first);
    assert.is(await docker.do('exec', second, 'cat', '/data/more'), 'more', 'still mounted for the other');
    const busy = await docker.try('volume', 'rm', 'vol');
    assert.match(busy.stderr, /in use/);
    await docker.do('rm', '-f', second);
    assert.not(
      readMountTable().some((m) => m.target.endsWith('/docker/vol')),
      'unmounted with the last',
    );
    await docker.do('run', '-d', '--network', 'none', '-v', 'vol:/data', 'bb', 'sleep', '600');
    await kill(docker.daemon as ChildProcess, 'SIGTERM');
    await docker.start();
    assert.is(await docker.do('run', ...isolated, '-v', 'vol:/data', 'bb', 'cat', '/data/more'), 'more');
    await docker.do('rm', '-f', ...(await docker.do('ps', '-aq')).split('\n'));
    await docker.do('volume', 'rm', 'vol');
    assert.is(await docker.do('volume', 'ls', '-q'), '');
  }));

const lost = ['/usr/sbin/dockerd', '/usr/bin/docker', '/bin/busybox'].find((path) => !existsSync(path));
if (lost !== undefined) skipped(3, `${lost} is not installed (docker.io, busybox-static)`);
else if (!canLoop) skipped(3, 'it takes root and loop devices');
else test.run();
