import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrived, presence } from '#provision/pool/arrive.js';
import { progressText } from '#provision/progress.js';
import { parseSeed, seedText } from '#provision/seed.js';
import { placesIn, serverConfig } from '#provision/server.js';
import { type Flags, settingsOf } from '#provision/settings.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';

/** What dm-provision is told, and by whom. */
const test = suite('provision: settings');

const none: Flags = {
  devices: ['/dev/a,/dev/b', '/dev/c', '/dev/a'],
  ...{ dot: 'shop.db', mountpoint: '/srv/db', seed: undefined, seedFile: undefined, credentialsFile: undefined },
  ...{ adminApiKeyFile: undefined, adminPasswordFile: undefined, daemon: false },
};

const codeOf = async (flags: Partial<Flags>, host = 'host', directory = '/none') =>
  (await thrown<DvmError>(() => settingsOf({ ...none, ...flags }, host, directory))).code;

test('devices come by commas, repeated, or both, each once', () => {
  const { devices, dot, seed, keyFiles } = settingsOf(none, 'host', '/none');
  assert.equal(devices, ['/dev/a', '/dev/b', '/dev/c']);
  assert.equal(dot, { word: { namespace: 'admin', name: 'shop', subdot: 'db' }, mountpoint: '/srv/db' });
  assert.equal([seed, keyFiles], [undefined, []]);
});

test('what the command line does not say is read from files; what it says goes first', () =>
  inTmp((dir) => {
    const put = (name: string, text: string) => writeFileSync(join(dir, name), text);
    put('seed', 'hub:5000/justin/shop@prod\n\n');
    for (const name of ['credentials', 'admin-api-key', 'admin-password']) put(name, 'topsecret\n');
    const found = settingsOf(none, 'host', dir);
    assert.equal(found.seed, { host: 'hub:5000', namespace: 'justin', name: 'shop', branch: 'prod' });
    assert.is(found.credentialsFile, join(dir, 'credentials'));
    assert.equal(found.keyFiles, [join(dir, 'admin-api-key'), join(dir, 'admin-password')]);
    assert.not.match(JSON.stringify(found), /topsecret/);
    const given = settingsOf({ ...none, seed: 'other/shop', credentialsFile: '/c', adminApiKeyFile: '/k' }, 'host', dir);
    assert.equal([given.seed?.host, given.credentialsFile, given.keyFiles[0]], ['other', '/c', '/k']);
    put('other-seed', 'third/shop\n');
    assert.is(settingsOf({ ...none, seedFile: join(dir, 'other-seed') }, 'host', dir).seed?.host, 'third');
  }));

test('a new dot may be called as its machine, or as a file says; a seed gives no name', async () => {
  assert.is(settingsOf({ ...none, dot: undefined }, 'web-1.example.org', '/none').dot?.word.name, 'web-1');
  await inTmp((dir) => {
    writeFileSync(join(dir, 'dot'), 'me/named\n');
    assert.equal(settingsOf({ ...none, dot: undefined }, 'host', dir).dot?.word, { namespace: 'me', name: 'named' });
  });
  assert.is(await codeOf({ dot: undefined, seed: 'hub/shop' }), 'seed-without-dot');
  assert.is(await codeOf({ dot: undefined }, ''), 'bad-dot-name');
});

test('a mount point is needed, but for a daemon without a dot', async () => {
  const { dot } = settingsOf({ ...none, dot: undefined, mountpoint: undefined, daemon: true }, 'host', '/none');
  assert.is(dot, undefined);
  assert.is(await codeOf({ mountpoint: undefined }), 'missing-option');
  assert.is(await codeOf({ mountpoint: undefined, daemon: true }), 'missing-option');
  for (const mountpoint of ['srv', '/', '/srv/../etc']) assert.is(await codeOf({ mountpoint }), 'bad-mountpoint');
});

test('a seed is a host, names, and perhaps a branch', async () => {
  for (const text of ['dothub.com/justincormack/postgres', 'h:5000/a/b/c@main', 'h/x'])
    assert.is(seedText(parseSeed(text)), text);
  for (const text of ['', 'x', 'h/', 'https://h/x', 'h/../x', 'h/x@', 'h/x y', 'user:pw@h/x'])
    assert.is((await thrown<DvmError>(() => parseSeed(text))).code, 'bad-seed', text);
});

test('the dot server gets what the config says, our socket and etcd, and paths instead of secrets', () => {
  const server = { port: 1234, socket: '/x', remotes: { a: {} } };
  const config = { kind: 'config', version: 1, 'dot-server': server, dots: { size: '1G' } };
  const remotes = { hub: { credentialsFile: '/run/c', plainHttp: true } };
  const made = serverConfig(placesIn('/run/p'), { pool: 'dotmesh-pool', remotes, keyFiles: ['/run/k'], config });
  assert.equal(made['dot-server'], {
    ...{ port: 1234, socket: '/run/p/dot-server.sock', runDirectory: '/run/p/server', keyFiles: ['/run/k'] },
    ...{ etcd: { endpoints: ['unix:/run/p/etcd/client:2379'] }, remotes: { a: {}, ...remotes } },
  });
  assert.equal(made.dots, { size: '1G', group: 'dotmesh-pool', pool: 'pool' });
});

test('what is there is judged as a whole: a group with all its devices, or all that were named', () => {
  type Sight = Parameters<typeof arrived>[0];
  const base = { kind: 'devices' as const, version: 1 as const, group: { id: 'g', name: 'p' }, devices: {}, problems: [] };
  const whole: Sight['group'] = { ...base, missing: {} };
  const lacking: Sight['group'] = { ...base, missing: { x: { lastPath: null } } };
  assert.is(arrived({ group: whole, present: [], absent: ['/dev/b'] })?.kind, 'group');
  assert.is(arrived({ group: lacking, present: ['/dev/a'], absent: [] }), undefined);
  assert.is(arrived({ group: undefined, present: ['/dev/a'], absent: ['/dev/b'] }), undefined);
  assert.equal(arrived({ group: undefined, present: ['/dev/a'], absent: [] }), { kind: 'devices', paths: ['/dev/a'] });
  assert.is(arrived({ group: undefined, present: [], absent: [] }), undefined);
  assert.equal(presence(['/dev/null', '/no/such']), { present: [], absent: ['/dev/null', '/no/such'] }, 'block devices alone');
});

test('a line for people says how far it is', () => {
  const line = { kind: 'provision-progress', version: 1, step: 'state', state: 'made', subject: '/run/x', time: 1234 } as const;
  assert.is(progressText(line), '2/8 state  made    /run/x  1.2 s');
});

test.run();
