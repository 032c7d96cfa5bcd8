import { suite } from '#test/support/check.js';
import { diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { raidIntegrityCases } from '#test/support/tm-raid-cases.js';

/** Changes of checksums under raid, cut short everywhere. */
const test = suite('tm crash, raid: checksums of images');

diesAtEveryStep(test, raidIntegrityCases);
failsAtEveryIoctl(test, raidIntegrityCases);

test.run();
