import { suite } from '#test/support/check.js';
import { diesAtEveryStep, everyIoctlFails } from '#test/support/tm-crash.js';
import { thinCases } from '#test/support/tm-thin-cases.js';

const test = suite('tm crash, thin volumes');

for (const c of thinCases) {
  test(`${c.name}: killed at every step`, () => diesAtEveryStep(c, 'killed'));
  test(`${c.name}: power cut at every step`, () => diesAtEveryStep(c, 'power cut'));
  test(`${c.name}: every ioctl fails once`, () => everyIoctlFails(c));
}

test.run();
