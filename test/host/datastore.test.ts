import { existsSync } from 'node:fs';
import { assert, skipped, suite } from '#test/support/check.js';
import { Counter, withDatastore } from '#test/support/datastores.js';
import { until } from '#test/support/dvs.js';

/** A datastore of real etcds on loopback, whose nodes fail. */
const test = suite('datastore');

test('three members grow from one; one dies, the spare takes over while a writer writes; the dead one comes back as a spare', () =>
  withDatastore(async (rig) => {
    for (const name of ['a', 'b', 'c', 'd']) await rig.start(name);
    await rig.untilVoters('a', ['a', 'b', 'c']);
    const counter = new Counter(rig.client('a', 'b', 'c', 'd'));
    await until(() => counter.acknowledged > 10, 'it counts');
    const leader = (await rig.status('d')).members.find((m) => m.leader)?.node ?? '';
    const rest = ['a', 'b', 'c'].filter((n) => n !== leader);
    await rig.cut(leader);
    await rig.untilVoters('d', [...rest, 'd']);
    const before = counter.acknowledged;
    await until(() => counter.acknowledged > before + 10, 'it counts on');
    await rig.members.start(leader, { issued: rig.node(leader).issued });
    rig.run(rig.node(leader));
    await until(async () => (await rig.status('d').catch(() => undefined))?.spares.includes(leader) === true, 'it is a spare');
    assert.is((await rig.status(leader)).holds, undefined);
    await counter.end();
    assert.is((await rig.status('d')).state, 'whole');
  }));

const why = existsSync('/usr/bin/etcd') ? undefined : 'etcd is not installed (etcd-server)';
if (why !== undefined) skipped(1, why);
else test.run();
