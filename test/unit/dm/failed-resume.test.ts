import type { Current, Desired } from '#dm/documents.js';
import { dump } from '#dm/dump.js';
import { refused } from '#dm/errno.js';
import type { DeviceRef, Kernel } from '#dm/kernel.js';
import { plan } from '#dm/planner/plan.js';
import { run } from '#dm/program/machine.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import { assert, suite } from '#test/support/check.js';
import { desired } from '#test/support/plan-text.js';

const test = suite('devices that do not come up');

/** As the real kernel: a device whose table cannot begin its work has that table, and stays suspended. */
function refusing(kernel: SimKernel, name: string): Kernel {
  const resume = (ref: DeviceRef): void => {
    kernel.resume(ref);
    if (kernel.info(ref).name !== name) return;
    kernel.suspend(ref);
    throw refused('EINVAL', `"${name}" does not come up`);
  };
  return new Proxy<Kernel>(kernel, {
    get: (_, key) => (key === 'resume' ? resume : Reflect.get(kernel, key).bind(kernel)),
  });
}

const bare = (): SimKernel =>
  new SimKernel({ kind: 'sim-kernel', version: 1, backing: { '/dev/a': { dev: '7:0', size: 1000 } }, devices: {} });

/** Carries a plan out on a kernel that brings `bad` up by no means; exit codes, and the devices that are left. */
function bringUp(kernel: SimKernel, bad: string, wanted: Desired): { exits: number[]; left: Current['devices'] } {
  const { phase1, phase2 } = plan(dump(kernel), wanted).phases;
  const exits = [phase1, phase2].map((program) => run(program, refusing(kernel, bad)).exit);
  return { exits, left: dump(kernel).devices };
}

test('a new device that does not come up goes again; the others come up', () => {
  const wanted = desired({ 'vg-a': ['a', ['8 linear 7:0 0']], 'vg-b': ['b', ['8 linear 7:0 8']] });
  const { exits, left } = bringUp(bare(), 'vg-a', wanted);
  assert.equal(exits, [0, 12]);
  assert.equal(
    Object.entries(left).map(([name, d]) => [name, d.suspended]),
    [['vg-b', false]],
  );
});

test('what it should have stood under keeps its table, and runs', () => {
  const kernel = bare();
  bringUp(kernel, '', desired({ o: ['o', ['8 linear 7:0 0']] }));
  const wanted = desired({
    r: ['o-real', ['8 linear 7:0 0']],
    s: ['s', ['8 snapshot @r 7:0 P 8']],
    o: ['o', ['8 snapshot-origin @r']],
  });
  const { exits, left } = bringUp(kernel, 's', wanted);
  assert.equal(exits, [0, 11]);
  assert.equal(
    Object.entries(left).map(([name, d]) => [name, d.suspended, d.inactive, d.targets[0]?.type]),
    [['o', false, false, 'linear']],
  );
});

test.run();
