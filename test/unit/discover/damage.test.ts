import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { addDevice } from '#discover/add.js';
import { findDevices } from '#discover/find.js';
import { listDevices } from '#discover/list.js';
import { removeDevice } from '#discover/remove.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { envelopeOf, withImages } from '#test/support/discover-world.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('discover on image files: what is damaged, lost, or not to be taken');
const MIB = 1 << 20;

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
