import { assert, suite } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { createMessage, startSim } from '#test/support/sim-service.js';
import { SimMachine } from '#test/support/sim-volumes.js';

/** The service stopped dead at every operation of a job, and started again: each job has its effect once, and is answered. */
const test = suite('killed at every step');

type Action = 'create' | 'delete';

/** Sends jobs, stops at operation `n` of them; false when they came to their end before it. */
async function stopAt(n: number, dir: string, machine: SimMachine, actions: readonly Action[]): Promise<boolean> {
  const service = await startSim(machine, dir);
  machine.stopAt(n);
  for (const action of actions) service.jobs.receive(action, createMessage(`${action}-1`, '/mnt/a')).catch(() => {});
  await until(() => machine.stopped || (service.told.includes(`${actions.at(-1)}-1 DONE`) && service.jobs.running === 0));
  void service.jobs.stop(); // it is dead, and would otherwise try for ever to write to a directory that has gone
  return machine.stopped;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 1));
}

for (const powerCut of [false, true])
  for (const actions of [['create'], ['create', 'delete']] as const)
    test(`${actions.join(', then ')}${powerCut ? ', and mounts gone' : ''}`, async () => {
      let n = 0;
      for (let stopped = true; stopped; n++)
        await inTmp(async (dir) => {
          const machine = new SimMachine();
          stopped = await stopAt(n, dir, machine, actions);
          machine.restart(powerCut);
          const again = await startSim(machine, dir);
          for (const action of actions) await again.jobs.receive(action, createMessage(`${action}-1`, '/mnt/a'));
          await again.settled();
          assertOutcome(machine, again.told, actions, `stopped at operation ${n}`);
          assert.is(again.world.volumes.size, actions.length === 1 ? 1 : 0, `stopped at operation ${n}: records`);
        });
      assert.ok(n > (actions.length === 1 ? 5 : 9), `only ${n} operations`);
    });

function assertOutcome(machine: SimMachine, told: readonly string[], actions: readonly Action[], when: string): void {
  for (const action of actions) assert.ok(told.includes(`${action}-1 DONE`), `${when}: ${told.join(', ')}`);
  const expected = actions.length === 1 ? 1 : 0;
  assert.equal([machine.spaces.size, machine.mounts.size, machine.directories.size], [expected, expected, expected], when);
  for (const space of machine.spaces.values()) assert.not(space.wiped, `${when}: formatted after it had been mounted`);
}

test('a step that fails is undone, in reverse, and the failure is told', async () => {
  for (const broken of ['allocate', 'format', 'attach', 'mount'])
    await inTmp(async (dir) => {
      const machine = new SimMachine();
      machine.broken.add(broken);
      const service = await startSim(machine, dir);
      await service.jobs.receive('create', createMessage('1', '/mnt/a'));
      await service.settled();
      assert.equal(service.told, ['1 PENDING', '1 FAILED'], broken);
      assert.equal([machine.spaces.size, machine.mounts.size, service.world.volumes.size], [0, 0, 0], broken);
    });
});

test('an undoing that is interrupted is finished by the next start', async () => {
  let n = 0;
  for (let stopped = true; stopped; n++)
    await inTmp(async (dir) => {
      const machine = new SimMachine();
      machine.broken.add('mount');
      const first = await startSim(machine, dir);
      machine.stopAt(n);
      first.jobs.receive('create', createMessage('1', '/mnt/a')).catch(() => {});
      await until(() => machine.stopped || first.told.includes('1 FAILED'));
      stopped = machine.stopped;
      void first.jobs.stop();
      machine.restart();
      const again = await startSim(machine, dir);
      await again.settled();
      assert.ok([...first.told, ...again.told].includes('1 FAILED'), `stopped at operation ${n}`);
      assert.equal([machine.spaces.size, machine.mounts.size, again.world.volumes.size], [0, 0, 0], `stopped at operation ${n}`);
    });
  assert.ok(n > 5, `only ${n} operations`);
});

test('a volume in use stays as it is', async () =>
  inTmp(async (dir) => {
    const machine = new SimMachine();
    const service = await startSim(machine, dir);
    await service.jobs.receive('create', createMessage('1', '/mnt/a'));
    await service.settled();
    machine.busy = true;
    await service.jobs.receive('delete', createMessage('2', '/mnt/a'));
    await service.settled();
    assert.equal(service.told.slice(2), ['2 PENDING', '2 FAILED']);
    assert.equal([machine.spaces.size, machine.mounts.size, service.world.volumes.size], [1, 1, 1]);
  }));

test('what was not told before a kill is told after it', async () =>
  inTmp(async (dir) => {
    const machine = new SimMachine();
    const service = await startSim(machine, dir, false);
    await service.jobs.receive('create', createMessage('1', '/mnt/a'));
    await service.settled();
    const again = await startSim(machine, dir);
    await again.settled();
    assert.equal(again.told, ['1 DONE']);
    assert.equal((await startSim(machine, dir)).told, [], 'and then no more');
  }));

test.run();
