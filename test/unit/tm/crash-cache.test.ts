import { suite } from '#test/support/check.js';
import { diesAtEveryStep, failsAtEveryIoctl } from '#test/support/crash-everywhere.js';
import { cacheCases } from '#test/support/tm-cache-cases.js';

/** Changes of caches, cut short everywhere. */
const test = suite('tm crash, caches');

diesAtEveryStep(test, cacheCases);
failsAtEveryIoctl(test, cacheCases);

test.run();
