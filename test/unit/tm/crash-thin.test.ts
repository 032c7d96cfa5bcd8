import { suite } from '#test/support/check.js';
import { diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { thinCases } from '#test/support/tm-thin-cases.js';

/** Changes of thin pools and volumes, cut short everywhere. */
const test = suite('tm crash, thin volumes');

diesAtEveryStep(test, thinCases);
failsAtEveryIoctl(test, thinCases);

test.run();
