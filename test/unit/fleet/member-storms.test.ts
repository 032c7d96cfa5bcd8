import { suite } from '#test/support/check.js';
import { storm } from '#test/support/member-storm.js';
import { forSeeds } from '#test/support/random.js';

const test = suite('membership: storms');
const runs = 10_000;
test(`${runs} small fleets in trouble: nobody falsely dead, every death known in time, agreement again`, () =>
  forSeeds(runs, (seed) => storm(seed)));
test('… and some of 30 to 100 nodes', () => forSeeds(12, (seed) => storm(seed, [30, 60, 100])));
test.run();
