import { join } from 'node:path';
import { Etcd } from '#etcd/client.js';
import { put } from '#etcd/kv.js';
import { socketEndpoint } from '#etcd/server.js';
import { assert, skipped, suite, thrown } from '#test/support/check.js';
import { withHouse } from '#test/support/dot-house.js';
import { until } from '#test/support/dvs.js';
import { missingEtcd } from '#test/support/etcd.js';

/** The server over HTTP and over its socket, with a real etcd and dots in memory. */
const test = suite('dot-server');

test('a dot from its making to its end, as clients of dotmesh see it', () =>
  withHouse(async (house) => {
    await house.start();
    const shop = { Namespace: 'admin', Name: 'shop' };
    assert.equal([await house.call('Ping'), (await house.call('Version')).outdated], [true, false]);
    assert.is(await house.call('Exists', shop), '');
    assert.match((await thrown(() => house.call('Lookup', shop))).message, /dot "shop" does not exist/);
    assert.is(await house.call('Create', [shop]), true);
    assert.match((await thrown(() => house.call('Create', shop))).message, /already exists/);
    const id = await house.call('Exists', shop);
    assert.is(await house.call('Lookup', { ...shop, Branch: 'master' }), id);
    const commit = await house.call('Commit', { ...shop, Message: 'one', Metadata: { author: 'you', color: 'red' } });
    await house.call('Commit', { ...shop, Message: 'two' });
    const commits = await house.call('CommitsById', id);
    assert.equal(
      commits.map((c: { Metadata: object }) => c.Metadata),
      [
        { author: 'you', color: 'red', message: 'one', timestamp: '0' },
        { author: 'me', message: 'two', timestamp: '1' },
      ],
    );
    assert.equal(await house.call('Commits', { ...shop, Branch: '' }), commits);
    assert.is(
      await house.call('Branch', { ...shop, SourceBranch: 'master', NewBranchName: 'fix', SourceCommitId: commit }),
      true,
    );
    assert.equal(await house.call('Branches', shop), ['fix']);
    const got = await house.call('Get', [id]);
    assert.equal([got.Id, got.Name, got.Branch, got.CommitCount, got.DirtyBytes], [id, shop, '', 2, 512]);
    assert.equal([got.Master, got.ServerStates], [house.dots.group.id, { [house.dots.group.id]: 'inactive' }]);
    assert.is((await house.call('List')).admin.shop.Id, id);
    assert.equal((await house.call('ListWithContainers')).admin.shop.Containers, []);
    assert.is(await house.call('Rollback', { ...shop, SnapshotId: commit }), true);
    assert.is((await house.call('Commits', shop)).length, 1);
    const forked = await house.call('Fork', { MasterBranchID: id, ForkNamespace: 'me', ForkName: 'copy' });
    assert.is((await house.call('Get', forked)).ForkParentSnapshotId, commit);
    const { Dots, Servers } = await house.call('AllDotsAndBranches');
    assert.equal(Servers, [{ Id: house.dots.group.id, Addresses: ['10.0.0.1:32607'] }]);
    assert.equal(Dots.map((d: { OtherBranches: object[] }) => d.OtherBranches.length).sort(), [0, 1]);
    assert.equal(await house.call('Procure', { ...shop, Name: 'shop@fix', Subdot: 'db' }), '/mounts/shop/fix/db');
    assert.is(await house.call('MountCommit', { FilesystemId: id, CommitId: commit }), `/mounts/shop/${commit}/__root__`);
    for (const [method, answer] of [
      ['SwitchContainers', true],
      ['Containers', []],
      ['GetReplicationLatencyForBranch', {}],
    ] as const)
      assert.equal(await house.call(method, shop), answer);
    assert.is(await house.call('Delete', shop), true);
    assert.is(await house.call('Exists', shop), '');
    assert.match((await thrown(() => house.call('Get', id))).message, /no branch of a dot has the id/);
    assert.match((await thrown(() => house.call('Nothing'))).message, /can't find method "DotmeshRPC.Nothing"/);
  }));

test('the register is what the group says: at start, after a call, and when another program changed it', () =>
  withHouse(async (house) => {
    await house.dots.init({ namespace: 'admin', name: 'before' });
    await house.start();
    const one = ['dvm/dots/ID/branch/ID', 'dvm/dots/ID/commits/ID'];
    assert.equal(await house.keys(), [...one, 'dvm/dots/ID/server']);
    await house.call('Create', { Name: 'called' });
    assert.is((await house.keys()).length, 5);
    await house.dots.init({ namespace: 'admin', name: 'elsewhere' });
    await until(async () => (await house.keys()).length === 7, 'it is noticed');
    house.dots.dots.splice(0);
    await until(async () => (await house.keys()).length === 1, 'what is gone is gone there too');
  }));

test("a cluster's register shows the dots of every server", () =>
  withHouse(async (house) => {
    await house.start();
    const endpoints = [socketEndpoint(join(house.dir, 'run', 'etcd'))];
    const etcd = new Etcd({ endpoints });
    const other = { Id: 'bbbb', Name: { Namespace: 'admin', Name: 'far' }, Branch: '', Master: 'aaaa' };
    await put(etcd, 'dvm/dots/aaaa/branch/bbbb', JSON.stringify(other));
    etcd.close();
    await house.call('Create', { Name: 'near' });
    const { Dots } = await house.call('AllDotsAndBranches');
    assert.equal(Dots.map((d: { MasterBranch: { Name: { Name: string } } }) => d.MasterBranch.Name.Name).sort(), ['far', 'near']);
    assert.equal(Object.keys((await house.call('List')).admin), ['near'], 'its own alone');
  }));

if (missingEtcd === undefined) test.run();
else skipped(1, missingEtcd);
