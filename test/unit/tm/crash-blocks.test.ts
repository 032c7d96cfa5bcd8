import { suite } from '#test/support/check.js';
import { diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { blockCases } from '#test/support/tm-block-cases.js';

/** Changes of error and zero volumes and of minor numbers, cut short everywhere. */
const test = suite('tm crash, volumes of other kinds');

diesAtEveryStep(test, blockCases);
failsAtEveryIoctl(test, blockCases);

test.run();
