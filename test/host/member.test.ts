import { setTimeout as sleep } from 'node:timers/promises';
import { assert, suite } from '#test/support/check.js';
import { kill, until } from '#test/support/dvs.js';
import { withMembers } from '#test/support/members.js';

/** Real processes, real TLS, on loopback. */
const test = suite('member: a fleet of processes');

test('three nodes find each other; one leaves, one is killed and comes back', () =>
  withMembers(async (rig) => {
    await rig.start('a', { words: ['--meta', 'role=datastore'] });
    await rig.start('b');
    await rig.start('c');
    for (const name of ['a', 'b', 'c']) await rig.untilSeen(name, ['a alive', 'b alive', 'c alive']);
    assert.match(
      await rig.ask('c', 'list', '--format', 'table'),
      /^NODE +STATUS .*\nc +alive .*\na +alive .* role=datastore\nb +alive/,
    );

    await kill(rig.member('b').process);
    await until(() => rig.told('a', 'failed', 'b') && rig.told('c', 'failed', 'b'), 'the survivors know of b');
    await rig.start('b');
    await rig.untilSeen('b', ['a alive', 'b alive', 'c alive']);
    await rig.untilSeen('a', ['a alive', 'b alive', 'c alive']);

    await rig.ask('c', 'leave');
    await until(() => rig.told('a', 'left', 'c') && rig.told('b', 'left', 'c'), 'the others know that c left');
    assert.is(rig.told('a', 'failed', 'c'), false);
    await until(() => rig.member('c').process.exitCode === 0, 'c ended');
    const before = rig.member('a').process;
    before.kill('SIGTERM');
    await until(() => before.exitCode === 0, 'a says good-bye on SIGTERM');
    await until(() => rig.told('b', 'left', 'a'), 'b knows');
  }));

test('a node that stands still for long is given up, refutes when it wakes, and gives up nobody itself', () =>
  withMembers(async (rig) => {
    for (const name of ['a', 'b', 'c']) await rig.start(name);
    await rig.untilSeen('a', ['a alive', 'b alive', 'c alive']);
    await rig.untilSeen('c', ['a alive', 'b alive', 'c alive']);
    rig.member('c').process.kill('SIGSTOP');
    await until(() => rig.told('a', 'failed', 'c') && rig.told('b', 'failed', 'c'), 'c is given up');
    await sleep(2000);
    rig.member('c').process.kill('SIGCONT');
    await rig.untilSeen('a', ['a alive', 'b alive', 'c alive']);
    await rig.untilSeen('b', ['a alive', 'b alive', 'c alive']);
    assert.equal(
      rig.member('c').events.filter((e) => e.event === 'failed'),
      [],
    );
  }));

test('join and events, by the socket; a second member at it is refused, and one that was killed is in nobody’s way', () =>
  withMembers(async (rig) => {
    await rig.start('a');
    rig.members.delete('a');
    const b = await rig.start('b');
    const alone = rig.member('b');
    assert.equal(await rig.seenBy('b'), ['b alive']);
    rig.members.clear();
    const a = await rig.start('a2');
    rig.members.set('b', alone);
    await rig.ask('b', 'join', a.address);
    await rig.untilSeen('b', ['a2 alive', 'b alive']);
    const again = await rig.start('b', { issued: rig.ca.issue('b') });
    await until(() => again.process.exitCode !== null, 'the second ends');
    assert.is(again.process.exitCode, 69, 'its address is taken');
    await kill(b.process);
    await rig.start('b');
    await rig.untilSeen('b', ['a2 alive', 'b alive']);
  }));
test.run();
