import { suite } from '#test/support/check.js';
import { diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { raidParityCases } from '#test/support/tm-raid-cases.js';

/** Changes of raid volumes, cut short everywhere. */
const test = suite('tm crash, raid: stripes and parity');

diesAtEveryStep(test, raidParityCases);
failsAtEveryIoctl(test, raidParityCases);

test.run();
