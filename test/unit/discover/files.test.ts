import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { addDevice } from '#discover/add.js';
import { inventoryType, labelType } from '#discover/documents.js';
import { findDevices } from '#discover/find.js';
import { listDevices } from '#discover/list.js';
import { removeDevice } from '#discover/remove.js';
import { renameLabels } from '#discover/update.js';
import { devicesType } from '#documents/devices.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { envelopeOf, withImages } from '#test/support/discover-world.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('discover on image files');
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

test.run();
