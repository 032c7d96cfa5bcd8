import { suite } from '#test/support/check.js';
import { storm } from '#test/support/member-storm.js';
import { forSeeds } from '#test/support/random.js';

const test = suite('membership: many storms');
test('50,000 small fleets in trouble', () => forSeeds(50_000, (seed) => storm(seed)));
test('100 fleets of 30 to 100 nodes', () => forSeeds(100, (seed) => storm(seed, [30, 60, 100])));
test('6 fleets of 200 to 500 nodes', () => forSeeds(6, (seed) => storm(seed, [200, 350, 500])));
test.run();
