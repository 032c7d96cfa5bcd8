import { request } from 'node:http';
import { join } from 'node:path';
import { listenOn } from '#daemon/listen.js';
import { settingsOf } from '#service/config.js';
import { pluginHandler } from '#service/docker/plugin.js';
import { DockerVolumes } from '#service/docker/volumes.js';
import { type Volume, volumeType } from '#service/documents.js';
import { Records } from '#service/records.js';
import { Counters } from '#service/status/counters.js';
import { metrics } from '#service/status/metrics.js';
import { statusHandler } from '#service/status/server.js';
import { KeptVolumes } from '#service/volumes/kept.js';
import { restoreVolumes } from '#service/volumes/restore.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { SimMachine } from '#test/support/sim-volumes.js';
import type { DvmError } from '#tool/errors.js';

/** Docker's protocol spoken to a plugin on a machine in memory. */
const test = suite('docker plugin');

interface Plugin {
  volumes: DockerVolumes;
  call(method: string, body?: object | string): Promise<{ status: number; body: Record<string, unknown> }>;
  end(): Promise<void>;
}

async function startPlugin(machine: SimMachine, dir: string, now = () => new Date()): Promise<Plugin> {
  const kept = new KeptVolumes(new Records<Volume>(join(dir, 'volumes'), volumeType), () => {});
  const world = machine.world(kept);
  const log = () => {};
  await restoreVolumes(world, new Set(), log, 1);
  let ids = 0;
  const newId = () => `aaaaaaaaaaaaaaaaaa${String.fromCharCode(97 + world.volumes.size, 97 + ids++)}`;
  const rules = settingsOf({ docker: {} }, 'node');
  const volumes = new DockerVolumes({ world, rules, directory: '/docker', newId, now, log });
  await volumes.restore();
  const socket = join(dir, 'plugin.sock');
  const end = await listenOn(socket, pluginHandler(volumes, log, new Counters()));
  return { volumes, end, call: (method, body = {}) => post(socket, method, body) };
}

function post(
  socketPath: string,
  method: string,
  body: object | string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  return new Promise((done, failed) => {
    const call = request({ socketPath, path: `/${method}`, method: 'POST' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    call.on('error', failed);
    call.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

function withPlugin(work: (plugin: Plugin, machine: SimMachine, dir: string) => Promise<void>): Promise<void> {
  return inTmp(async (dir) => {
    const machine = new SimMachine();
    const plugin = await startPlugin(machine, dir);
    try {
      await work(plugin, machine, dir);
    } finally {
      await plugin.end();
    }
  });
}

test('every call of the protocol', () =>
  withPlugin(async ({ call }, machine) => {
    assert.equal((await call('Plugin.Activate')).body, { Implements: ['VolumeDriver'] });
    assert.equal((await call('VolumeDriver.Capabilities')).body, { Capabilities: { Scope: 'local' } });
    assert.equal(await call('VolumeDriver.Create', { Name: 'db', Opts: { size: '1G' } }), { status: 200, body: { Err: '' } });
    assert.equal((await call('VolumeDriver.Path', { Name: 'db' })).body, { Mountpoint: '', Err: '' });
    assert.equal((await call('VolumeDriver.Mount', { Name: 'db', ID: 'x' })).body, { Mountpoint: '/docker/db', Err: '' });
    assert.equal((await call('VolumeDriver.Path', { Name: 'db' })).body, { Mountpoint: '/docker/db', Err: '' });
    const { Volume: got } = (await call('VolumeDriver.Get', { Name: 'db' })).body as {
      Volume: Record<string, Record<string, unknown>>;
    };
    assert.equal([got.Name, got.Mountpoint, got.Status?.size, got.Status?.mounts], ['db', '/docker/db', '1024M', 1]);
    const { Volumes: all } = (await call('VolumeDriver.List')).body as { Volumes: { Name: string }[] };
    assert.equal(
      all.map((v) => v.Name),
      ['db'],
    );
    await call('VolumeDriver.Unmount', { Name: 'db', ID: 'x' });
    assert.is(machine.mounts.size, 0);
    assert.equal((await call('VolumeDriver.Remove', { Name: 'db' })).body, { Err: '' });
    assert.equal((await call('VolumeDriver.List')).body, { Volumes: [], Err: '' });
    assert.is(machine.spaces.size, 0);
  }));

test('failures: status 500 and words; calls that there are not: 404', () =>
  withPlugin(async ({ call }) => {
    const refused = async (method: string, body: object | string, words: RegExp) => {
      const { status, body: answer } = await call(method, body);
      assert.is(status, 500, method);
      assert.match(String(answer.Err), words, method);
    };
    for (const method of ['Get', 'Path', 'Remove', 'Mount', 'Unmount'])
      await refused(`VolumeDriver.${method}`, { Name: 'no' }, /volume "no" is not there/);
    await refused('VolumeDriver.Create', { Name: '../x' }, /is not letters, digits/);
    await refused('VolumeDriver.Create', { Name: 'x', Opts: { size: 1 } }, /Opts that are no texts/);
    await refused('VolumeDriver.Create', { Name: 'x', Opts: 'size' }, /Opts that are no texts/);
    await refused('VolumeDriver.Create', { Name: 1 }, /Name or ID that is no text/);
    await refused('VolumeDriver.Create', '[]', /is not an object/);
    await refused('VolumeDriver.Create', 'rubbish', /is not a JSON document/);
    await refused('VolumeDriver.Create', 'x'.repeat(70_000), /longer than 65536/);
    await call('VolumeDriver.Create', { Name: 'x', Opts: { size: '1G' } });
    await refused('VolumeDriver.Create', { Name: 'x', Opts: { size: '2G' } }, /other options/);
    assert.is((await call('VolumeDriver.Create', { Name: 'x', Opts: { size: '1G' } })).status, 200, 'the same again');
    assert.is((await call('VolumeDriver.Nonsense')).status, 404);
    assert.is((await call('toString')).status, 404);
  }));

test('uses are a set: said twice, taken back twice, or never', () =>
  withPlugin(async ({ call }, machine) => {
    await call('VolumeDriver.Create', { Name: 'v' });
    const use = (method: string, ID: string) => call(`VolumeDriver.${method}`, { Name: 'v', ID });
    for (const id of ['a', 'a', 'b']) await use('Mount', id);
    await use('Unmount', 'a');
    await use('Unmount', 'a');
    assert.is(machine.mounts.size, 1, 'b still uses it');
    await use('Unmount', 'b');
    assert.is(machine.mounts.size, 0);
    await use('Mount', 'forgotten');
    machine.busy = true;
    assert.match(String((await call('VolumeDriver.Remove', { Name: 'v' })).body.Err), /is in use: "postgres"/);
    machine.busy = false;
    assert.is((await call('VolumeDriver.Remove', { Name: 'v' })).status, 200);
  }));

test('after a start: uses of before a reboot are forgotten, fresh ones stay, stale ones go', () =>
  withPlugin(async ({ call }, machine, dir) => {
    for (const name of ['gone', 'fresh']) {
      await call('VolumeDriver.Create', { Name: name });
      await call('VolumeDriver.Mount', { Name: name, ID: 'c1' });
    }
    machine.mounts.delete('/docker/gone');
    const uses = ({ volumes }: Plugin) => volumes.list().map((v) => [v.docker.name, Object.keys(v.docker.mounts).length]);
    const soon = await startPlugin(machine, dir);
    assert.equal(uses(soon).sort(), [
      ['fresh', 1],
      ['gone', 0],
    ]);
    await soon.end();
    const later = await startPlugin(machine, dir, () => new Date(Date.now() + 300_000));
    assert.equal(
      [uses(later).sort(), machine.mounts.size],
      [
        [
          ['fresh', 0],
          ['gone', 0],
        ],
        0,
      ],
    );
    await later.end();
  }));

test('a create that was killed leaves nothing, and can be asked for again', async () => {
  for (let n = 0, stopped = true; stopped; n++)
    await inTmp(async (dir) => {
      const machine = new SimMachine();
      const first = await startPlugin(machine, dir);
      machine.stopAt(n);
      const made = first.volumes.create('v', {});
      await Promise.race([made, new Promise<void>((done) => void setInterval(() => machine.stopped && done(), 1).unref())]);
      stopped = machine.stopped;
      await first.end();
      machine.restart();
      const again = await startPlugin(machine, dir);
      assert.ok(machine.spaces.size <= 1, `stopped at operation ${n}`);
      if (again.volumes.list().length === 0) assert.is(machine.spaces.size, 0, `stopped at operation ${n}`);
      await again.volumes.create('v', {});
      assert.equal([machine.spaces.size, again.volumes.list().length], [1, 1], `stopped at operation ${n}`);
      await again.end();
    });
});

test('the metrics are in the form that Prometheus reads; health is a status', () =>
  inTmp(async (dir) => {
    const counters = new Counters();
    counters.ended('create', 'done', 0.5);
    counters.ended('create', 'done', 0.25);
    counters.refused('bad-json');
    counters.called('VolumeDriver.Mount', 'failed');
    const gauges = { running: 1, waiting: 2, volumes: 3, answers: 4, connected: false, memory: 5 };
    const text = metrics(counters, gauges);
    for (const line of text.trimEnd().split('\n'))
      assert.match(line, /^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{(?:\w+="[^"]*",?)+\})? [\d.]+)$/);
    assert.match(text, /^dvs_jobs_total\{action="create",outcome="done"\} 2$/m);
    assert.match(text, /^dvs_job_seconds_total\{action="create",outcome="done"\} 0.75$/m);
    const path = join(dir, 'deep/status.sock');
    const end = await listenOn(
      path,
      statusHandler(counters, () => gauges),
    );
    const get = (url: string) =>
      new Promise<string>((done) => {
        request({ socketPath: path, path: url }, (response) =>
          response.setEncoding('utf8').on('data', (body) => done(`${response.statusCode} ${body}`)),
        ).end();
      });
    assert.is(await get('/metrics'), `200 ${text}`);
    assert.is(await get('/healthz'), '503 no broker\n');
    gauges.connected = true;
    assert.is(await get('/healthz'), '200 ok\n');
    assert.match(await get('/x'), /^404/);
    await end();
    assert.is((await thrown<DvmError>(() => listenOn(dir, () => {}))).code, 'not-a-socket');
    assert.is((await thrown<DvmError>(() => listenOn('127.0.0.1:99999', () => {}))).code, 'no-socket');
  }));

test.run();
