import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { get, put } from '#etcd/kv.js';
import { nodeOf } from '#fleet/datastore/documents.js';
import { gather } from '#fleet/datastore/gather.js';
import { assert, skipped, suite } from '#test/support/check.js';
import { Counter, type DatastoreRig, etcdPid, withDatastore } from '#test/support/datastores.js';
import { kill, until } from '#test/support/dvs.js';

/** Real etcds on loopback: the acting node killed again and again, pauses, lost quorums, backups. */
const test = suite('datastore in trouble');

async function startFour(rig: DatastoreRig): Promise<void> {
  for (const name of ['a', 'b', 'c', 'd']) await rig.start(name);
  await rig.untilVoters('a', ['a', 'b', 'c']);
  await until(async () => (await rig.status('d').catch(() => undefined))?.spares.includes('d') === true, 'd is a spare');
}

/** Every process of a node. */
function pidsOf(rig: DatastoreRig, name: string): number[] {
  const node = rig.node(name);
  return [node.process?.pid, rig.members.member(name).process.pid, etcdPid(node.state)].flatMap((pid) => pid ?? []);
}

test('whoever acts is killed at each step of a takeover: it is finished all the same, and no write is lost', () =>
  withDatastore(async (rig) => {
    await startFour(rig);
    const counter = new Counter(rig.client('a', 'b', 'c', 'd'));
    const actor = (await rig.status('d')).actor ?? 'a';
    const victim = ['a', 'b', 'c'].find((name) => name !== actor) ?? 'b';
    const rest = ['a', 'b', 'c'].filter((name) => name !== victim);
    await rig.cut(victim);
    const etcd = rig.client('d', ...rest); // asked directly: a takeover takes less than a second
    const killed = new Set<string>();
    for (let isDone = false; !isDone; await sleep(5)) {
      const {
        intent,
        actor: acts,
        members,
      } = await gather(etcd).catch(() => ({ intent: undefined, actor: undefined, members: [] }));
      isDone = members.some((m) => nodeOf(m.name) === 'd' && !m.learner) && intent === undefined;
      const step = JSON.stringify(intent);
      if (!acts || acts.value === 'd' || intent === undefined || killed.has(step)) continue;
      killed.add(step);
      const node = rig.node(acts.value);
      if (node.process) await kill(node.process);
      rig.run(node);
    }
    assert.ok(killed.size > 0, 'nobody was killed');
    await rig.untilVoters('d', [...rest, 'd']);
    await until(async () => (await rig.status('d')).intent === undefined, 'the intent is cleared');
    await counter.end();
  }));

test('a short pause changes nothing; after a long one the node gives up its member', () =>
  withDatastore(async (rig) => {
    await startFour(rig);
    const before = (await rig.status('a')).members.map((m) => m.id);
    const pids = pidsOf(rig, 'b');
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await sleep(2000);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await sleep(3000);
    assert.equal(
      (await rig.status('a')).members.map((m) => m.id),
      before,
    );
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    await rig.untilVoters('a', ['a', 'c', 'd']);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await until(async () => (await rig.status('a')).spares.includes('b'), 'it is a spare');
    await until(() => etcdPid(rig.node('b').state) === undefined, 'its etcd has ended');
  }));

test('two of three lost: nothing is changed without a quorum; a backup brings it back on one, and the others join it', () =>
  withDatastore(async (rig) => {
    for (const name of ['a', 'b', 'c']) await rig.start(name);
    await rig.untilVoters('a', ['a', 'b', 'c']);
    const client = rig.client('a', 'b', 'c');
    await put(client, '/kept', 'yes');
    const backup = join(rig.dir, 'backup.db');
    await rig.tool('backup', backup, '--socket', rig.node('a').socket);
    for (const name of ['b', 'c']) await rig.cut(name);
    await until(async () => (await rig.status('a')).state === 'no-answer', 'it is said');
    await sleep(8000);
    const ours = rig.node('a');
    assert.ok(etcdPid(ours.state) !== undefined, 'the last one goes on waiting');
    if (ours.process) await kill(ours.process, 'SIGTERM');
    const own = ['--state', ours.state, '--cert', ours.issued.cert, '--client', ours.client, '--peer', ours.peer];
    let refused = '';
    await rig.tool('restore', backup, ...own).catch((e: Error) => {
      refused = e.message;
    });
    assert.match(refused, /has-data/);
    await rig.tool('restore', backup, ...own, '--force');
    rig.run(ours);
    await rig.untilVoters('a', ['a']);
    assert.is((await get(client, '/kept'))?.value, 'yes');
    for (const name of ['b', 'c']) {
      await rig.members.start(name, { issued: rig.node(name).issued });
      rig.run(rig.node(name));
    }
    await rig.untilVoters('a', ['a', 'b', 'c']);
  }));

test('orders: failover of one that lives, demote, promote, want', () =>
  withDatastore(async (rig) => {
    await startFour(rig);
    const order = (...words: string[]) => rig.tool(...words, '--socket', rig.node('a').socket);
    await order('failover', 'b');
    await rig.untilVoters('a', ['a', 'c', 'd']);
    await order('demote', 'c');
    await rig.untilVoters('a', ['a', 'b', 'd']);
    const refusal = await order('failover', 'd').then(String, (e: Error) => e.message);
    assert.match(refusal, /no-spare/);
    await order('promote', 'c');
    await rig.untilVoters('a', ['a', 'b', 'c', 'd']);
    assert.match(await order('failover', 'z').then(String, (e: Error) => e.message), /no-member/);
    assert.match(await order('promote', 'z').then(String, (e: Error) => e.message), /no-node/);
    assert.match(await order('status', '--format', 'table'), /^whole: 4 members; "[a-d]" acts\nNODE/);
  }));

const why =
  existsSync('/usr/bin/etcd') && existsSync('/usr/bin/etcdctl') ? undefined : 'etcd is not installed (etcd-server, etcd-client)';
if (why !== undefined) skipped(4, why);
else test.run();
