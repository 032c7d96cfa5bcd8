import { suite } from '#test/support/check.js';
import { diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { thickCases } from '#test/support/tm-thick-cases.js';

/** Changes of thick snapshots, cut short everywhere. */
const test = suite('tm crash, thick snapshots');

diesAtEveryStep(test, thickCases);
failsAtEveryIoctl(test, thickCases);

test.run();
