import { suite } from '#test/support/check.js';
import { cutHistories } from '#test/support/crash-histories.js';

const test = suite('tm crash: random histories');
cutHistories(test, 10, 19);
test.run();
