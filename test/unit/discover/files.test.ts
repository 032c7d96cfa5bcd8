import { readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addDevice } from '#discover/add.js';
import type { DiscoverConfig } from '#discover/config.js';
import { inventoryType, labelType } from '#discover/documents.js';
import { findDevices } from '#discover/find.js';
import { listDevices } from '#discover/list.js';
import { removeDevice, removeLabel } from '#discover/remove.js';
import { renameLabels } from '#discover/update.js';
import { devicesType } from '#documents/devices.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { envelopeOf, testWorld } from '#test/support/discover-world.js';
import { image, inTmp } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('discover on image files');
const MIB = 1 << 20;

/** Runs `f` in a directory with `n` images of 32 MiB, a config that names them, and a world. */
function withImages(
  n: number,
  f: (w: ReturnType<typeof testWorld> & { config: DiscoverConfig; paths: string[] }) => Promise<void>,
) {
  return inTmp(async (dir) => {
    const paths = Array.from({ length: n }, (_, i) => image(join(dir, `disk${i}`), 32 * MIB));
    await f({ ...testWorld(join(dir, 'roots')), config: { files: [...paths] }, paths });
  });
}

test('add, find, add again, list, rm, rm again', () =>
  withImages(3, async ({ world, config, paths: [a = '', b = '', c = ''], log }) => {
    const first = labelType.parse(await addDevice({ group: 'vg', path: a }, config, world), 'add');
    assert.equal([first.action, first.group?.name], ['created', 'vg']);
    assert.equal(first.layout, { size: 65536, regions: [{ start: 2048, length: 8192 }], dataStart: 10240, dataEnd: 63488 });
    const second = await addDevice({ group: 'vg', path: b, regions: [] }, config, world);
    assert.is(second.group?.id, first.group?.id);
    assert.equal(log.splice(0), [
      'lock labels',
      'release labels',
      'lock labels',
      `lock ${first.group?.id}`,
      `release ${first.group?.id}`,
      'release labels',
    ]);

    const found = devicesType.parse(await findDevices('vg', config, world), 'find');
    assert.equal(found.devices, {
      [first.pv as string]: { path: a, size: 65536, blockSize: 512, regions: [{ start: 2048, length: 8192 }] },
      [second.pv as string]: { path: b, size: 65536, blockSize: 512, regions: [] },
    });
    assert.equal([found.missing, found.problems], [{}, []]);
    assert.equal(await findDevices(found.group.id, config, world), found);

    const before = readFileSync(a);
    assert.is((await addDevice({ group: found.group.id, path: a }, config, world)).action, 'unchanged');
    assert.ok(readFileSync(a).equals(before));

    const list = inventoryType.parse(await listDevices(config, world), 'list');
    assert.equal([list.groups, list.unlabelled], [[found], [{ path: c, size: 65536, carries: [], uses: [] }]]);

    assert.is((await removeDevice({ group: 'vg', path: b }, config, world)).action, 'removed');
    assert.equal(await removeDevice({ group: 'vg', path: b }, config, world), {
      kind: 'label',
      version: 1,
      action: 'unchanged',
      path: b,
    });
    assert.ok(readFileSync(b).every((x) => x === 0));
    assert.equal(Object.keys((await findDevices('vg', config, world)).devices), [first.pv]);
  }));

test('a group that is not there is named with those that are', () =>
  withImages(1, async ({ world, config, paths: [a = ''] }) => {
    const none = await thrown<DvmError>(() => findDevices('vg', config, world));
    assert.equal([none.code, none.exitCode], ['no-group', 80]);
    assert.match(none.hint as string, 'no device carries a label');
    await addDevice({ group: 'other', path: a }, config, world);
    assert.is((await thrown<DvmError>(() => findDevices('vg', config, world))).hint, 'there are: other');
    const byId = await thrown<DvmError>(() => addDevice({ group: 'z'.repeat(20), path: a }, config, world));
    assert.equal([byId.code, byId.hint], ['no-group', 'a new group needs a name that is no id']);
  }));

test('PVs of the envelope that are not there are missing, new ones are kept', () =>
  withImages(2, async ({ world, config, regions, paths: [a = '', b = ''] }) => {
    const { group, pv } = await addDevice({ group: 'vg', path: a }, config, world);
    const added = await addDevice({ group: 'vg', path: b }, config, world);
    const gone = 'g'.repeat(20);
    regions.set(`${a}:2048+8192`, envelopeOf(group as never, { [pv as string]: a, [gone]: '/dev/sdz' }));
    const found = devicesType.parse(await findDevices('vg', config, world), 'find');
    assert.equal(found.missing, { [gone]: { lastPath: '/dev/sdz', size: 65536 } });
    assert.equal(Object.keys(found.devices).sort(), [pv, added.pv].sort());
    assert.equal(found.problems, []);
  }));

test('the newest envelope counts; unreadable, differing and foreign regions are problems', () =>
  withImages(3, async ({ world, config, regions, paths }) => {
    const [a = '', b = '', c = ''] = paths;
    const { group } = await addDevice({ group: 'vg', path: a }, config, world);
    for (const path of [b, c]) await addDevice({ group: 'vg', path }, config, world);
    regions.set(`${a}:2048+8192`, envelopeOf(group as never, {}, 4));
    regions.set(`${b}:2048+8192`, envelopeOf(group as never, { ['n'.repeat(20)]: null }, 5));
    regions.set(`${c}:2048+8192`, 'unreadable');
    const found = devicesType.parse(await findDevices('vg', config, world), 'find');
    assert.equal(found.missing, { ['n'.repeat(20)]: { lastPath: null, size: 65536 } });
    assert.equal(
      found.problems.map((p) => p.code),
      ['region-unreadable', 'regions-differ'],
    );
    regions.set(`${b}:2048+8192`, envelopeOf({ id: 'x'.repeat(20), name: 'alien' }, { ['n'.repeat(20)]: null }, 9));
    const foreign = await findDevices('vg', config, world);
    assert.ok(foreign.problems.some((p) => p.code === 'foreign-region' && p.message.includes('"alien"')));
    assert.equal(foreign.missing, {});
  }));

test('the name in the envelope is the name; labels that lag behind are told and mended', () =>
  withImages(2, async ({ world, config, regions, paths: [a = '', b = ''] }) => {
    const { group } = await addDevice({ group: 'old', path: a }, config, world);
    const renamed = { id: group?.id as string, name: 'new' };
    regions.set(`${a}:2048+8192`, envelopeOf(renamed, {}));
    assert.is((await thrown<DvmError>(() => findDevices('old', config, world))).code, 'no-group');
    const found = await findDevices('new', config, world);
    assert.equal([found.group, found.problems.map((p) => p.code)], [renamed, ['stale-name']]);
    assert.equal(await renameLabels(world, renamed, [a]), [a]);
    assert.equal(await renameLabels(world, renamed, [a]), []);
    assert.equal((await findDevices('new', config, world)).problems, []);
    assert.match(
      (await thrown<DvmError>(() => renameLabels(world, renamed, [b]))).message,
      'is not labelled for this group but not at all',
    );
    await addDevice({ group: 'third', path: b }, config, world);
    const alien = await thrown<DvmError>(() => renameLabels(world, renamed, [b]));
    assert.equal([alien.code, alien.exitCode], ['not-labelled', 80]);
  }));

test('two groups of one name need the id', () =>
  withImages(2, async ({ world, config, paths: [a = '', b = ''] }) => {
    const one = await addDevice({ group: 'vg', path: a }, { files: [a] }, world);
    await addDevice({ group: 'vg', path: b }, { files: [b] }, world);
    const e = await thrown<DvmError>(() => findDevices('vg', config, world));
    assert.equal([e.code, e.exitCode], ['duplicate-group', 87]);
    assert.match(e.message, a);
    assert.is((await findDevices(one.group?.id as string, config, world)).group.name, 'vg');
  }));

test('a copied disk is refused with both paths until one is gone', () =>
  withImages(2, async ({ world, config, paths: [a = '', b = ''] }) => {
    await addDevice({ group: 'vg', path: a }, config, world);
    writeFileSync(b, readFileSync(a));
    assert.is((await thrown<DvmError>(() => findDevices('vg', config, world))).code, 'duplicate-pv');
    const { duplicates } = await listDevices(config, world);
    assert.equal(
      duplicates.map((d) => d.paths),
      [[a, b]],
    );
    const byId = await thrown<DvmError>(() => findDevices(duplicates[0]?.group as string, config, world));
    assert.equal([byId.code, byId.exitCode], ['duplicate-pv', 87]);
    assert.match(byId.message, `"${a}" and "${b}"`);
    assert.is((await thrown<DvmError>(() => addDevice({ group: 'vg', path: b }, config, world))).code, 'duplicate-pv');
    assert.is((await removeDevice({ group: 'vg', path: b, force: true }, config, world)).action, 'removed');
    assert.is((await findDevices('vg', config, world)).group.name, 'vg');
  }));

test('links and one file named twice are one device', () =>
  withImages(1, async ({ world, paths: [a = ''] }) => {
    symlinkSync(a, `${a}.link`);
    const config = { files: [a, `${a}.link`] };
    await addDevice({ group: 'vg', path: `${a}.link` }, config, world);
    assert.equal(
      Object.values((await findDevices('vg', config, world)).devices).map((d) => d.path),
      [a],
    );
  }));

test('a device is refused for what is on it, and taken with --wipe', () =>
  withImages(1, async ({ world, config, signatures, log, paths: [a = ''] }) => {
    signatures.set(a, ['zfs_member', 'zfs_member', 'dos']);
    const e = await thrown<DvmError>(() => addDevice({ group: 'vg', path: a }, config, world));
    assert.equal([e.code, e.exitCode, e.message], ['device-not-blank', 83, `device "${a}" carries zfs_member, dos`]);
    assert.equal((await listDevices(config, world)).unlabelled[0]?.carries, ['zfs_member', 'dos']);
    assert.ok(readFileSync(a).every((x) => x === 0));
    const added = await addDevice({ group: 'vg', path: a, wipe: true }, config, world);
    assert.equal(added.wiped, ['zfs_member', 'dos']);
    assert.ok(log.includes(`wipe ${a}`));
    await removeDevice({ group: 'vg', path: a }, config, world);
    signatures.set(a, ['ext4']);
    const stuck = { ...world, wipe: async () => {} };
    assert.is(
      (await thrown<DvmError>(() => addDevice({ group: 'vg', path: a, wipe: true }, config, stuck))).code,
      'device-not-blank',
    );
  }));

test('another group keeps its device, other regions need tm', () =>
  withImages(2, async ({ world, config, paths: [a = '', b = ''] }) => {
    await addDevice({ group: 'one', path: a }, config, world);
    await addDevice({ group: 'two', path: b }, config, world);
    for (const wipe of [false, true]) {
      const e = await thrown<DvmError>(() => addDevice({ group: 'two', path: a, wipe }, config, world));
      assert.equal([e.code, e.exitCode], ['labelled', 83]);
    }
    const other = await thrown<DvmError>(() => addDevice({ group: 'one', path: a, regions: [] }, config, world));
    assert.equal([other.code, other.exitCode], ['already-labelled', 81]);
    const wrong = await thrown<DvmError>(() => removeDevice({ group: 'two', path: a }, config, world));
    assert.equal([wrong.code, wrong.exitCode], ['labelled', 83]);
  }));

test('sizes and regions are checked before anything is written', () =>
  withImages(1, async ({ world, config, paths: [a = ''] }) => {
    const refused = async (regions: { start: number; length: number }[]) =>
      (await thrown<DvmError>(() => addDevice({ group: 'vg', path: a, regions }, config, world))).message;
    assert.match(await refused([{ start: 2048, length: 120 }]), 'region of 60K is smaller than 64K');
    assert.match(await refused([{ start: 2049, length: 128 }]), 'whole 4 KiB blocks');
    assert.match(await refused([{ start: 0, length: 128 }]), 'first MiB');
    assert.match(
      await refused(Array.from({ length: 17 }, (_, i) => ({ start: 2048 + 8 * i, length: 8 }))),
      '17 regions are more',
    );
    truncateSync(a, 6 * MIB);
    const small = await thrown<DvmError>(() => addDevice({ group: 'vg', path: a }, config, world));
    assert.equal([small.code, small.message], ['device-too-small', 'device of 6M is too small: 7M needed']);
    assert.ok(readFileSync(a).every((x) => x === 0));
    truncateSync(a, 4096);
    assert.match(
      (await thrown<DvmError>(() => addDevice({ group: 'vg', path: a }, config, world))).message,
      'too few for a label',
    );
    assert.match((await thrown<DvmError>(() => addDevice({ group: 'a/b', path: a }, config, world))).message, 'contains a slash');
  }));

test('an old record in a region of a new label is gone', () =>
  withImages(1, async ({ world, config, paths: [a = ''] }) => {
    writeFileSync(a, Buffer.alloc(2 * MIB, 7), { flag: 'r+' });
    await addDevice({ group: 'vg', path: a }, config, world);
    const content = readFileSync(a);
    assert.ok(content.subarray(MIB, MIB + 65536).every((x) => x === 0));
    assert.is(content[MIB + 65536], 7);
  }));

test('rm refuses what the group counts on, or what nobody can know, unless forced', () =>
  withImages(1, async ({ world, config, regions, paths: [a = ''] }) => {
    const { group, pv } = await addDevice({ group: 'vg', path: a }, config, world);
    writeFileSync(a, Buffer.concat([readFileSync(a).subarray(0, MIB), Buffer.alloc(MIB, 7)]), { flag: 'r+' });
    regions.set(`${a}:2048+8192`, envelopeOf(group as never, { [pv as string]: a }));
    const counted = await thrown<DvmError>(() => removeDevice({ group: 'vg', path: a }, config, world));
    assert.equal([counted.code, counted.exitCode], ['pv-in-group', 83]);
    regions.set(`${a}:2048+8192`, 'unreadable');
    const unknown = await thrown<DvmError>(() => removeDevice({ group: 'vg', path: a }, config, world));
    assert.equal([unknown.code, unknown.exitCode], ['group-unreadable', 84]);
    assert.is((await removeDevice({ group: 'vg', path: a, force: true }, config, world)).action, 'removed');
    assert.is(readFileSync(a)[MIB], 0);
  }));

test('a damaged label is passed over, kept by add, erased by rm --force alone', () =>
  withImages(1, async ({ world, config, paths: [a = ''] }) => {
    await addDevice({ group: 'vg', path: a }, config, world);
    const spoilt = readFileSync(a);
    for (const at of [4096 + 64, 32 * MIB - 4096 + 64]) spoilt[at] = 0;
    writeFileSync(a, spoilt);
    assert.equal((await listDevices(config, world)).passed, [{ path: a, code: 'label-damaged', reason: 'wrong checksum' }]);
    const kept = await thrown<DvmError>(() => addDevice({ group: 'vg', path: a }, config, world));
    assert.equal([kept.code, kept.hint], ['device-passed-over', 'discover rm --force erases what is left of the label']);
    const refused = await thrown<DvmError>(() => removeDevice({ group: 'vg', path: a }, config, world));
    assert.equal([refused.code, refused.exitCode], ['label-damaged', 84]);
    assert.equal(await removeDevice({ group: 'vg', path: a, force: true }, config, world), {
      kind: 'label',
      version: 1,
      action: 'removed',
      path: a,
    });
    assert.equal((await listDevices(config, world)).passed, []);
  }));

test('a lost copy is told and mended by add, but not over something new', () =>
  withImages(1, async ({ world, config, signatures, paths: [a = ''] }) => {
    const { pv } = await addDevice({ group: 'vg', path: a }, config, world);
    writeFileSync(a, Buffer.alloc(8192), { flag: 'r+' });
    assert.equal((await findDevices('vg', config, world)).problems, [
      { code: 'label-stale', message: `label of "${a}": the first copy is not there`, paths: [a] },
    ]);
    signatures.set(a, ['ext4']);
    assert.is((await thrown<DvmError>(() => addDevice({ group: 'vg', path: a }, config, world))).code, 'device-not-blank');
    signatures.clear();
    const mended = await addDevice({ group: 'vg', path: a }, config, world);
    assert.equal([mended.action, mended.pv], ['mended', pv]);
    assert.equal((await findDevices('vg', config, world)).problems, []);
  }));

test('a device that shrank is told, one that grew is mended', () =>
  withImages(1, async ({ world, config, paths: [a = ''] }) => {
    await addDevice({ group: 'vg', path: a }, config, world);
    truncateSync(a, 40 * MIB);
    assert.match(
      (await findDevices('vg', config, world)).problems[0]?.message as string,
      'has 81920 sectors and was labelled with 65536',
    );
    assert.is((await addDevice({ group: 'vg', path: a }, config, world)).layout?.size, 81920);
    truncateSync(a, 30 * MIB);
    assert.equal(
      (await findDevices('vg', config, world)).problems.map((p) => p.code),
      ['label-stale', 'device-shrunk'],
    );
  }));

test('removeLabel erases one PV only', () =>
  withImages(1, async ({ world, config, paths: [a = ''] }) => {
    const { pv } = await addDevice({ group: 'vg', path: a }, config, world);
    assert.is(await removeLabel(world, a, 'q'.repeat(20)), false);
    assert.is(await removeLabel(world, a, pv as string), true);
    assert.is(await removeLabel(world, a, pv as string), false);
  }));

test('what the config does not name is not taken, what is not there is said', () =>
  withImages(1, async ({ world, config, paths: [a = ''] }) => {
    const unlisted = await thrown<DvmError>(() => addDevice({ group: 'vg', path: a }, {}, world));
    assert.equal([unlisted.code, unlisted.exitCode], ['not-listed', 78]);
    const gone = await thrown<DvmError>(() => addDevice({ group: 'vg', path: `${a}x` }, config, world));
    assert.equal([gone.code, gone.exitCode], ['no-device', 80]);
    const config2 = await thrown<DvmError>(() => findDevices('vg', { files: [`${a}x`] }, world));
    assert.match(config2.message, "of the config's discover.files cannot be read: ENOENT");
  }));

test.run();
