import { suite } from '#test/support/check.js';
import { diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { raidCopiesCases } from '#test/support/tm-raid-cases.js';

/** Changes of raid volumes, cut short everywhere. */
const test = suite('tm crash, raid: copies');

diesAtEveryStep(test, raidCopiesCases);
failsAtEveryIoctl(test, raidCopiesCases);

test.run();
