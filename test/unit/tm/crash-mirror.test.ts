import { suite } from '#test/support/check.js';
import { diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { mirrorCases } from '#test/support/tm-raid-cases.js';

/** Changes of mirrors, cut short everywhere. */
const test = suite('tm crash, mirrors');

diesAtEveryStep(test, mirrorCases);
failsAtEveryIoctl(test, mirrorCases);

test.run();
