import { type Desired, desiredType } from '#dm/documents.js';
import { noTxn } from '#documents/ids.js';
import type { Metadata } from '#metadata/metadata.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { runTool } from '#test/support/tool-run.js';
import type { DvmError } from '#tool/errors.js';
import { tool } from '#volumes/commands/vol_activate.js';

const test = suite('vol_activate');
const groupId = 'g'.repeat(20);
const [pv1, pv2] = ['p'.repeat(20), 'q'.repeat(20)];
const id = (letter: string) => letter.repeat(20);
const uuid = (letter: string) => `DVM-${groupId}-${id(letter)}`;

/** Extents of 8192 sectors, data from sector 2048. */
function metadata(lvs: Metadata['lvs']): Metadata {
  const pv = { dataStart: 2048, extents: 100 };
  return { kind: 'metadata', version: 1, vg: { extentSize: 8192, allocation: 'normal' }, pvs: { [pv1]: pv, [pv2]: pv }, lvs };
}

const disk = (path: string, dev?: string) => ({ path, ...(dev ? { dev } : {}), size: 1 << 20, blockSize: 512, regions: [] });

function group(
  lvs: Metadata['lvs'] | undefined,
  devices: object = { [pv1]: disk('/dev/sda', '8:0'), [pv2]: disk('/dev/sdb', '8:16') },
) {
  const known = (path: string) => ({ path, size: 1 << 20, regions: [] });
  const pvs = { [pv1]: known('/dev/sda'), [pv2]: known('/dev/sdb') };
  const envelope = { group: { id: groupId, name: 'my-vg' }, seqno: 1, txn: noTxn, parent: noTxn, time: '', host: '', pvs };
  return { kind: 'group', version: 1, envelope, devices, metadata: lvs ? metadata(lvs) : {} };
}

const linear = (start: number, count: number, extent: number, pv = pv1) => ({
  start,
  count,
  type: 'linear' as const,
  areas: [{ pv, extent }],
});
const striped = (start: number, count: number, ...extents: [number, number]) => ({
  start,
  count,
  type: 'striped' as const,
  stripeSize: 128,
  areas: [
    { pv: pv1, extent: extents[0] },
    { pv: pv2, extent: extents[1] },
  ],
});
const volume = (name: string, more: object = {}): Metadata['lvs'][string] => ({ name, segments: [linear(0, 2, 5)], ...more });

const run = async (argv: string[], input: unknown, files = {}): Promise<Desired> =>
  desiredType.parse(await runTool(tool, argv, input, files), 'output');
const table = (d: Desired, letter: string) => d.devices[uuid(letter)]?.targets.map((t) => `${t.size} ${t.type} ${t.args}`);
const failure = (argv: string[], input: unknown, files = {}) => thrown<DvmError>(() => run(argv, input, files));

test('maps linear segments to sectors of the device, joined where they continue each other', async () => {
  const segments = [linear(0, 2, 5), linear(2, 3, 7), linear(5, 1, 0, pv2), linear(6, 1, 4)];
  const d = await run(['--all'], group({ [id('a')]: volume('da-ta', { segments, readOnly: true }) }));
  assert.is(d.scope, `DVM-${groupId}`);
  assert.is(d.devices[uuid('a')]?.name, 'my--vg-da--ta');
  assert.is(d.devices[uuid('a')]?.readOnly, true);
  assert.equal(table(d, 'a'), ['40960 linear 8:0 43008', '8192 linear 8:16 2048', '8192 linear 8:0 34816']);
});

test('maps stripes, joined only where every stripe continues', async () => {
  const segments = [striped(0, 4, 0, 0), striped(4, 2, 2, 2), striped(6, 2, 3, 9)];
  const d = await run(['--all'], group({ [id('a')]: volume('a', { segments }) }));
  assert.equal(table(d, 'a'), ['49152 striped 2 128 8:0 2048 8:16 2048', '16384 striped 2 128 8:0 26624 8:16 75776']);
});

test('a volume with a minor number has it; nothing of a group that is kept down comes up by itself', async () => {
  const document = group({ [id('a')]: volume('a', { minor: 7 }) });
  assert.is((await run(['--all'], document)).devices[uuid('a')]?.minor, 7);
  const vg = { extentSize: 8192, allocation: 'normal', autoactivate: false };
  assert.equal((await run(['--auto'], { ...document, metadata: { ...document.metadata, vg } })).devices, {});
});

test('names image files by path', async () => {
  const d = await run(['--all'], group({ [id('a')]: volume('a') }, { [pv1]: disk('/img/one') }));
  assert.equal(table(d, 'a'), ['16384 linear /img/one 43008']);
});

test('maps hidden volumes with those that use them, and not without', async () => {
  const lvs = {
    [id('a')]: volume('top', { segments: [{ start: 0, count: 2, type: 'linear', areas: [{ lv: id('b'), extent: 0 }] }] }),
    [id('b')]: volume('top_rimage_0', { hidden: true }),
    [id('c')]: volume('other_tdata', { hidden: true, segments: [linear(0, 1, 50)] }),
  };
  const d = await run(['--all'], group(lvs));
  assert.equal(Object.keys(d.devices).sort(), [uuid('a'), `${uuid('b')}-rimage`]);
  assert.equal(table(d, 'a'), ['16384 linear @my--vg-top_rimage_0 0']);
  assert.is(d.devices[`${uuid('b')}-rimage`]?.hidden, true);
});

test('--all, --auto and --none start from every volume, those not kept down, none; words add and take away', async () => {
  const lvs = {
    [id('a')]: volume('a', { tags: ['db'] }),
    [id('b')]: volume('b', { autoactivate: false, segments: [linear(0, 1, 20)] }),
    [id('c')]: volume('c', { tags: ['db'], segments: [linear(0, 1, 30)] }),
  };
  const chosen = async (...argv: string[]) =>
    Object.values((await run(argv, group(lvs))).devices)
      .map((d) => d.name.slice(7))
      .sort();
  assert.equal(await chosen('--all'), ['a', 'b', 'c']);
  assert.equal(await chosen('--auto'), ['a', 'c']);
  assert.equal(await chosen('--none'), []);
  assert.equal(await chosen('--none', '--activate', 'b', '--activate', id('a')), ['a', 'b']);
  assert.equal(await chosen('--none', '--activate', '@db'), ['a', 'c']);
  assert.equal(await chosen('--all', '--deactivate', '@db'), ['b']);
});

test('by default what is active stays, what is new comes up, what was taken down stays down', async () => {
  const lvs = {
    [id('a')]: volume('a'),
    [id('b')]: volume('b', { segments: [linear(0, 1, 20)] }),
    [id('c')]: volume('c', { segments: [linear(0, 1, 30)] }),
    [id('d')]: volume('c_tmeta', { hidden: true, segments: [linear(0, 1, 40)] }),
  };
  const { [id('c')]: _, [id('d')]: __, ...before } = lvs;
  const device = { dev: '254:0', openCount: 0, suspended: false, readOnly: false, inactive: true, targets: [], deps: [] };
  const current = {
    kind: 'current',
    version: 1,
    devices: { old: { ...device, uuid: uuid('a') }, x: { ...device, uuid: 'CRYPT-x' } },
  };
  const files = { current, previous: group(before), bare: metadata(before), empty: group(undefined) };
  const chosen = async (...argv: string[]) => Object.keys((await run(argv, group(lvs), files)).devices).sort();
  assert.equal(await chosen('--current', '%current'), [uuid('a')]);
  assert.equal(await chosen('--current', '%current', '--previous', '%previous'), [uuid('a'), uuid('c')]);
  assert.equal(await chosen('--current', '%current', '--previous', '%bare'), [uuid('a'), uuid('c')]);
  assert.equal(await chosen('--current', '%current', '--previous', '%empty'), [uuid('a'), uuid('b'), uuid('c')]);
});

test('a group without metadata wants nothing', async () => {
  assert.equal((await run(['--all'], group(undefined))).devices, {});
});

test('a missing device is refused with its last path and the volumes that need it, if they are chosen', async () => {
  const lvs = { [id('a')]: volume('a'), [id('b')]: volume('b', { segments: [striped(0, 2, 50, 50), linear(2, 1, 60, pv2)] }) };
  const lame = group(lvs, { [pv1]: disk('/dev/sda', '8:0') });
  const e = await failure(['--all'], lame);
  assert.is(e.exit, 'outOfSync');
  assert.is(e.message, `PV "${pv2}", last at "/dev/sdb", is missing, needed by "b"`);
  assert.equal(e.details, [{ pv: pv2, lastPath: '/dev/sdb', volumes: ['b'] }]);
  assert.equal(table(await run(['--all', '--deactivate', 'b'], lame), 'a'), ['16384 linear 8:0 43008']);
  assert.match((await failure(['--all'], group(lvs, {}))).message, /and 1 more PVs/);
});

test('--activation-mode partial puts failing sectors where a device is missing', async () => {
  const lvs = { [id('b')]: volume('b', { segments: [striped(0, 2, 50, 50), linear(2, 1, 60, pv2)] }) };
  const d = await run(['--all', '--activation-mode', 'partial'], group(lvs, { [pv1]: disk('/dev/sda', '8:0') }));
  assert.equal(table(d, 'b'), ['16384 striped 2 128 8:0 411648 @my--vg-b-missing_0 0', '8192 error ']);
  const filler = d.devices[`${uuid('b')}-missing_0`];
  assert.equal(filler, { name: 'my--vg-b-missing_0', hidden: true, targets: [{ type: 'error', size: 8192, args: '' }] });
});

test('a name too long for the layer gives way to the uuid', async () => {
  const name = 'n'.repeat(111);
  const lvs = { [id('b')]: volume(name, { segments: [striped(0, 2, 50, 50)] }) };
  const d = await run(['--all', '--activation-mode', 'partial'], group(lvs, { [pv1]: disk('/dev/sda', '8:0') }));
  assert.is(d.devices[`${uuid('b')}-missing_0`]?.name, `${uuid('b')}-missing_0`);
});

test('refuses devices that are too small and metadata that is wrong', async () => {
  const small = { [pv1]: { ...disk('/dev/sda', '8:0'), size: 59391 } };
  const e = await failure(['--all'], group({ [id('a')]: volume('a') }, small));
  assert.is(e.code, 'device-too-small');
  assert.is(e.message, `device "/dev/sda" of PV "${pv1}" is too small for volume "a"`);
  const gap = group({ [id('a')]: volume('a', { segments: [linear(1, 1, 5)] }) });
  assert.is((await failure(['--all'], gap)).code, 'bad-metadata');
});

test('refuses contradictions, and to guess', async () => {
  const g = group({ [id('a')]: volume('a') });
  assert.is((await failure([], g)).code, 'no-selection');
  assert.is((await failure(['--activate', 'a'], g)).code, 'no-selection');
  assert.is((await failure(['--all', '--none'], g)).message, '--all and --none contradict each other');
  assert.is(
    (await failure(['--none', '--activate', 'a', '--deactivate', 'a'], g)).message,
    'volume "a" is to be both active and inactive',
  );
  assert.is((await failure(['--none', '--activate', 'b'], g)).code, 'no-volume');
  assert.is((await failure(['--all'], metadata({}))).code, 'wrong-kind');
});

test.run();
