import { progressText, progressTold, remoteAt, remoteOf } from '#dots/cli/remote.js';
import type { Store } from '#dots/store.js';
import { assert, suite } from '#test/support/check.js';
import { fails } from '../metadata/fixtures.js';
import { branch, id, of, stateWith } from './fixtures.js';

const test = suite('dot: which registry, and how far');
const none = { 'remote-ca': undefined, 'plain-http': false, 'credentials-file': undefined, 'docker-config': undefined };

test('who we are comes from one file, or nobody is', async () => {
  assert.equal(remoteAt('hub/a', none), { reference: 'hub/a', auth: { kind: 'anonymous' }, plainHttp: false });
  assert.equal(remoteAt('hub/a', { ...none, 'credentials-file': '/c', 'remote-ca': '/ca' }), {
    ...{ reference: 'hub/a', plainHttp: false, ca: '/ca' },
    auth: { kind: 'credentials', path: '/c' },
  });
  assert.equal(remoteAt('hub/a', { ...none, 'docker-config': '/d' }).auth, { kind: 'docker-config', path: '/d' });
  await fails(() => remoteAt('hub/a', { ...none, 'credentials-file': '/c', 'docker-config': '/d' }), 'two-credentials', 64);
});

test('the registry named, else the one that the dot remembers', async () => {
  const group = { id: id('g'), name: 'vg' };
  const storeWith = (remote: object): Store => {
    const state = stateWith({ [id('y')]: branch('m', 'master', { of: { ...of, ...remote } }) });
    const read = async () => ({ group, state, pools: [] });
    return { read } as unknown as Store;
  };
  const known = storeWith({ remote: 'hub/shop' });
  assert.is((await remoteOf(known, of, { ...none, remote: undefined })).reference, 'hub/shop');
  assert.is((await remoteOf(known, of, { ...none, remote: 'hub/other' })).reference, 'hub/other');
  await fails(() => remoteOf(storeWith({}), of, { ...none, remote: undefined }), 'no-remote', 64);
});

test('progress is told once a second, and at the end', () => {
  const lines: string[] = [];
  let now = 5000;
  const tell = progressTold((line) => lines.push(line), () => now); // biome-ignore format: one line
  const at = (sent: number) => ({ kind: 'dot-progress', version: 1, index: 1, total: 2, sent, size: 2 << 20 }) as const;
  tell({ ...at(0), phase: 'pushing' });
  tell({ ...at(1), phase: 'pushing' });
  now += 1000;
  tell({ ...at(1 << 20), phase: 'pushing' });
  tell({ ...at(2 << 20), phase: 'finished' });
  assert.equal(lines, [
    'pushing 1/2 [....................] 0B of 2M',
    'pushing 1/2 [##########..........] 1M of 2M',
    'finished 1/2 [####################] 2M of 2M',
  ]);
  assert.match(progressText({ ...at(0), size: 0, phase: 'calculating' }), /^calculating 1\/2 \[\.+\] 0B of 0B$/);
});

test.run();
