import { SimKernel } from '#dm/sim/sim-kernel.js';
import { suite } from '#test/support/check.js';
import { dmCases } from '#test/support/dm-cases.js';

const test = suite('simulated kernel, shared cases');
const disk = { size: 16384 };

for (const [name, check] of Object.entries(dmCases))
  test(name, () => {
    const backing = { '/dev/x': { ...disk, dev: '98:0' }, '/dev/y': { ...disk, dev: '98:16' } };
    const kernel = new SimKernel({ kind: 'sim-kernel', version: 1, backing, devices: {} });
    check(kernel, { paths: ['/dev/x', '/dev/y'], devs: ['98:0', '98:16'], size: disk.size });
  });

test.run();
