import { join } from 'node:path';
import { openDevice } from '#blockdev/device.js';
import { addDevice } from '#discover/add.js';
import { envelopeReader } from '#discover/envelope.js';
import { findDevices } from '#discover/find.js';
import { removeDevice } from '#discover/remove.js';
import { newId, noTxn } from '#documents/ids.js';
import { renderRecord } from '#documents/record.js';
import { commit, initRegions, prepare } from '#replicator/replicator.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { envelopeOf, testWorld } from '#test/support/discover-world.js';
import { image, inTmp } from '#test/support/loop.js';
import { Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('envelopes read from real regions');

/** Commits `content` to the regions as the version `txn`. */
async function store(regions: { path: string; start: number; length: number }[], content: Buffer, txn: string): Promise<void> {
  await initRegions(openDevice, regions);
  await prepare(openDevice, regions, content, { txn, parent: noTxn, time: 0, mark: false });
  await commit(openDevice, regions, txn);
}

test('missing PVs come from the record; a region without one, or with something else, is told', () =>
  inTmp(async (dir) => {
    const [a, b] = [image(join(dir, 'a'), 32 << 20), image(join(dir, 'b'), 32 << 20)];
    const config = { files: [a, b] };
    const world = { ...testWorld(join(dir, 'roots')).world, envelopes: envelopeReader(openDevice) };
    const { group, pv } = await addDevice({ group: 'vg', path: a }, config, world);
    const added = await addDevice({ group: 'vg', path: b }, config, world);
    const blank = await findDevices('vg', config, world);
    assert.equal([blank.missing, blank.problems], [{}, []]);

    const [first, second] = [a, b].map((path) => ({ path, start: 2048, length: 8192 }));
    const random = new Random(1);
    const gone = Object.fromEntries(Array.from({ length: 900 }, () => [newId((n) => random.bytes(n)), '/dev/x']));
    const envelope = envelopeOf(group as never, { ...gone, [pv as string]: a });
    await store([first as never], renderRecord(envelope, { big: 'x'.repeat(100_000) }), envelope.txn);
    const found = await findDevices('vg', config, world);
    assert.equal(Object.keys(found.missing).sort(), Object.keys(gone).sort());
    assert.equal(Object.keys(found.devices).sort(), [pv, added.pv].sort());
    assert.is((await thrown<DvmError>(() => removeDevice({ group: 'vg', path: a }, config, world))).code, 'pv-in-group');

    await store([second as never], Buffer.from('not a record'), 'e'.repeat(32));
    const odd = await findDevices('vg', config, world);
    assert.equal(
      odd.problems.map((p) => p.code),
      ['region-unreadable', 'regions-differ'],
    );
    assert.match(odd.problems[0]?.message as string, 'it has no envelope');
    assert.equal(Object.keys(odd.missing).length, Object.keys(gone).length);
  }));

test.run();
