import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMountTable } from '#blockdev/mounts.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { kill, Listener, missingForDvs, publish, type Rig, until, withRig } from '#test/support/dvs.js';
import { run } from '#test/support/loop.js';
import { runProcess } from '#test/support/process.js';
import { toolCommand } from '#test/support/runtime.js';

/** dvs with Debian's broker and its clients, and real loop devices. */
const test = suite('dvs by MQTT');

function mounted(path: string): boolean {
  return readMountTable().some((m) => m.target === path);
}

/** A message as a sender writes it. */
function job(rig: Rig, id: string, name: string, size?: string): string {
  return JSON.stringify({ job: id, sipId: 'abc', mountPount: join(rig.root, name), ...(size && { volumeSize: size }) });
}

async function started(rig: Rig, more: object = {}): Promise<Listener> {
  await rig.startBroker();
  await rig.startDvs(rig.config(more));
  const listener = await Listener.start(rig, ['docker/sip/#', 'docker/node1/presence', 'docker/node1/failures']);
  await listener.hear('docker/node1/presence', '{"online":true}');
  return listener;
}

const create = 'docker/node1/volumes/create';
const remove = 'docker/node1/volumes/delete';

test('a volume is made, filled to its limit, and deleted', () =>
  withRig(async (rig) => {
    const listener = await started(rig);
    await publish(rig, create, job(rig, '1', 'deep/er/a', '20'));
    await listener.hear('{"job":"1","jobId":"1","status":"DONE"}');
    const path = join(rig.root, 'deep/er/a');
    assert.ok(mounted(path));
    assert.equal(readdirSync(path), [], 'without lost+found');
    const dd = await runProcess('dd', ['if=/dev/zero', `of=${path}/full`, 'bs=64k', 'count=1000']);
    assert.match(dd.stderr, /No space left on device/);
    assert.ok(statSync(`${path}/full`).size < 20 << 20);
    const answers = listener.lines
      .filter((l) => l.startsWith('docker/sip/abc/jobs'))
      .map((l) => JSON.parse(l.split(' ')[1] ?? '').status);
    assert.equal(answers, ['PENDING', 'DONE']);
    await publish(rig, remove, job(rig, '2', 'deep/er/a'));
    await listener.hear('{"job":"2","jobId":"2","status":"DONE"}');
    assert.equal([readdirSync(rig.root), readdirSync(join(rig.state, 'volumes'))], [[], []]);
  }));

/** The examples of the service's first description, byte for byte, which name /mnt: in a mount namespace of its own. */
test('the messages as they have always been', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const [file, ...before] = toolCommand('dvs');
    const words = [file, ...before, '-c', rig.config({ roots: ['/mnt'], overNonEmpty: true }), '-b', `127.0.0.1:${rig.port}`];
    rig.spawn('unshare', ['--mount', '--propagation', 'private', ...words], 'dvs.log');
    const listener = await Listener.start(rig, ['docker/sip/abcdefghi/jobs', 'docker/node1/presence']);
    await listener.hear('{"online":true}');
    const example = '{\n  "job" : "1234567890",\n  "sipId" : "abcdefghi",\n  "mountPount" : "/mnt"';
    await publish(rig, create, `${example},\n  "volumeSize" : "5000"\n}`);
    await listener.hear('DONE');
    await publish(rig, remove, `${example}\n}`);
    await until(() => listener.count('DONE') === 2, 'the delete is done');
    const heard = listener.lines.filter((l) => l.includes('/jobs'));
    const answer = (status: string) => `docker/sip/abcdefghi/jobs {"job":"1234567890","jobId":"1234567890","status":"${status}"}`;
    assert.equal(heard, [answer('PENDING'), answer('DONE'), answer('PENDING'), answer('DONE')]);
  }));

test('failures are told apart from the answers; as a status too where the config says so', () =>
  withRig(async (rig) => {
    const listener = await started(rig, { answerFailed: true, limits: { sizeMB: 100 } });
    await publish(rig, remove, job(rig, '1', 'never-made'));
    assert.match(await listener.hear('docker/sip/abc/failures', '"job":"1"'), /"code":"no-volume"/);
    await listener.hear('docker/sip/abc/jobs {"job":"1","jobId":"1","status":"FAILED"}');
    await publish(rig, create, job(rig, '2', 'big', '101'));
    assert.match(await listener.hear('docker/sip/abc/failures', '"job":"2"'), /"code":"bad-size"/);
    await publish(rig, create, Buffer.alloc(10 << 20, 'x'));
    await publish(rig, create, 'garbage');
    assert.match(await listener.hear('docker/node1/failures'), /"code":"bad-json"/);
    assert.equal(readdirSync(join(rig.state, 'volumes')), []);
  }));

test('a directory that is in use, taken, or led to by a link', () =>
  withRig(async (rig) => {
    mkdirSync(join(rig.root, 'full'));
    writeFileSync(join(rig.root, 'full/file'), 'mine');
    symlinkSync('/etc', join(rig.root, 'link'));
    writeFileSync(join(rig.root, 'file'), '');
    const listener = await started(rig);
    const cases: [string, string][] = [
      ['full', 'not-empty'],
      ['link', 'not-a-directory'],
      ['link/below', 'not-a-directory'],
      ['file', 'not-a-directory'],
      ['file/below', 'not-a-directory'],
    ];
    for (const [i, [name, code]] of cases.entries()) {
      await publish(rig, create, job(rig, `c${i}`, name, '10'));
      assert.match(await listener.hear('failures', `"job":"c${i}"`), new RegExp(`"code":"${code}"`), name);
    }
    await publish(rig, create, job(rig, 'ok', 'a', '10'));
    await listener.hear('"jobId":"ok"', 'DONE');
    await publish(rig, create, job(rig, 'again', 'a', '10'));
    assert.match(await listener.hear('failures', '"job":"again"'), /mounted-already/);
    const held = rig.spawn('tail', ['-f', '/dev/null'], 'tail.log');
    const sleeper = rig.spawn('sh', ['-c', `cd ${join(rig.root, 'a')} && exec sleep 60`], 'sh.log');
    await until(() => run('readlink', `/proc/${sleeper.pid}/cwd`).trim() === join(rig.root, 'a'), 'somebody is in it');
    await publish(rig, remove, job(rig, 'busy', 'a'));
    assert.match(await listener.hear('failures', '"job":"busy"'), /volume-in-use.*is in use: \\"sleep\\" \(\d+\)/);
    await kill(sleeper);
    await kill(held);
    await publish(rig, remove, job(rig, 'free', 'a'));
    await listener.hear('"jobId":"free"', 'DONE');
    assert.equal(readdirSync(rig.root).sort(), ['file', 'full', 'link']);
  }));

test('a container that still has the volume keeps it from being deleted', () =>
  withRig(async (rig) => {
    const listener = await started(rig);
    await publish(rig, create, job(rig, '1', 'a', '10'));
    await listener.hear('"jobId":"1"', 'DONE');
    const other = rig.spawn('unshare', ['--mount', '--propagation', 'private', 'sleep', '60'], 'sh.log');
    const own = run('readlink', '/proc/self/ns/mnt');
    await until(() => run('readlink', `/proc/${other.pid}/ns/mnt`) !== own, 'there is another namespace');
    await publish(rig, remove, job(rig, '2', 'a'));
    assert.match(await listener.hear('failures', '"job":"2"'), /volume-in-use.*in a container/);
    assert.ok(mounted(join(rig.root, 'a')));
    await kill(other);
    await publish(rig, remove, job(rig, '3', 'a'));
    await listener.hear('"jobId":"3"', 'DONE');
    assert.not(existsSync(join(rig.root, 'a')));
  }));

test('asked the state while it runs: jobs and volumes as documents and tables', () =>
  withRig(async (rig) => {
    const listener = await started(rig, { fs: 'ext4' });
    await publish(rig, create, job(rig, '1', 'a', '10'));
    await publish(rig, remove, job(rig, '2', 'b'));
    await listener.hear('"jobId":"1"', 'DONE');
    await listener.hear('"jobId":"2"', 'FAILED');
    const dvs = async (...words: string[]) => {
      const [file, ...before] = toolCommand('dvs');
      const { code, stdout, stderr } = await runProcess(file, [...before, ...words, '-c', join(rig.dir, 'config.json')]);
      assert.is(code, 0, stderr);
      return stdout;
    };
    const jobs = JSON.parse(await dvs('jobs'));
    assert.equal(
      jobs.jobs.map((j: { state: string }) => j.state),
      ['done', 'failed'],
    );
    assert.equal(JSON.parse(await dvs('jobs', '--state', 'failed')).jobs.length, 1);
    assert.equal(JSON.parse(await dvs('jobs', '--sender', 'nobody')).jobs, []);
    assert.match(await dvs('jobs', '--format', 'table'), /abc +2 +delete .* failed +no-volume/);
    assert.match(await dvs('volumes', '--format', 'table'), /abc +\S+\/a +10 +ext4 +file +ready/);
    const table = readMountTable().find((m) => m.target === join(rig.root, 'a'));
    assert.is(table?.type, 'ext4');
  }));

test('what cannot work is refused at the start; doctor says why', () =>
  withRig(async (rig) => {
    const [file, ...before] = toolCommand('dvs');
    const dvs = (...words: string[]) => runProcess(file, [...before, ...words]);
    const refused = async (code: string, exit: number, ...words: string[]) => {
      const ended = await dvs(...words);
      assert.equal([JSON.parse(ended.stderr.trim().split('\n').at(-1) ?? '').code, ended.code], [code, exit], words.join(' '));
    };
    await refused('no-broker', 78, '-c', rig.config());
    await refused('bad-broker', 78, '-c', rig.config(), '-b', 'http://x');
    await refused('bad-root', 78, '-c', rig.config({ roots: [join(rig.dir, 'none')] }), '-b', 'x');
    symlinkSync(rig.root, join(rig.dir, 'alias'));
    await refused('bad-root', 78, '-c', rig.config({ roots: [join(rig.dir, 'alias')] }), '-b', 'x');
    await refused('no-group', 78, '-c', rig.config({ backend: 'dvm' }), '-b', 'x');
    for (const stateDirectory of ['/dev/null/nowhere', '/proc/nowhere/at/all'])
      await refused('no-state', 73, '-c', rig.config({ stateDirectory }), '-b', 'x');
    await rig.startBroker();
    const config = rig.config();
    await rig.startDvs(config);
    await refused('running-already', 75, '-c', config, '-b', `127.0.0.1:${rig.port}`);
    const sound = await dvs('doctor', '-c', config, '--format', 'table');
    assert.is(sound.code, 0, sound.stdout);
    const lost = await dvs('doctor', '-c', rig.config({ brokers: ['127.0.0.1:1'], roots: ['/none'], ca: '/none' }));
    assert.is(lost.code, 1);
    const missing = JSON.parse(lost.stdout).findings.filter((f: { state: string }) => f.state === 'missing');
    assert.equal(
      missing.map((f: { what: string }) => f.what),
      ['root /none', 'ca', 'broker 127.0.0.1:1'],
    );
  }));

test('in the background: returns when it listens, and says what it failed with', () =>
  withRig(async (rig) => {
    await rig.startBroker();
    const [file, ...before] = toolCommand('dvs');
    const words = [...before, '-d', '-c', rig.config(), '-b', `127.0.0.1:${rig.port}`];
    const first = await runProcess(file, words);
    assert.is(first.code, 0, first.stderr);
    const { pid } = JSON.parse(first.stdout);
    const second = await runProcess(file, words);
    assert.match(second.stderr, /running-already/);
    process.kill(pid, 'SIGTERM');
    await until(() => !existsSync(`/proc/${pid}`), 'it has ended');
    assert.match(readFileSync(join(rig.state, 'dvs.log'), 'utf8'), /"event":"stopped"/);
  }));

const why = missingForDvs();
if (why !== undefined) skipped(8, why);
else test.run();
