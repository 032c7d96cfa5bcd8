import { lanParameters, retransmitLimit, syncPeriod } from '#fleet/member/parameters.js';
import { confirm, deadline, suspicion } from '#fleet/member/suspicion.js';
import { assert, suite } from '#test/support/check.js';

const test = suite('membership: suspicion');

/** Time-outs in ms after each further accuser. */
function timeouts(nodes: number, accusers: string[]): number[] {
  const s = suspicion(lanParameters, nodes, 'first', 1000);
  const after = (accuser: string): number => {
    confirm(s, accuser);
    return deadline(s);
  };
  return [deadline(s), ...accusers.map(after)].map((t) => Math.round(t - 1000));
}

test('starts at the longest and ends at the shortest, by the logarithm of the accusers', () => {
  assert.equal(timeouts(10, ['b', 'c']), [24_000, 11_381, 4000]);
});
test('the same accuser twice, and more than are waited for, change nothing', () => {
  assert.equal(timeouts(10, ['first', 'b', 'b', 'c', 'd']), [24_000, 24_000, 11_381, 11_381, 4000, 4000]);
});
test('grows with the logarithm of the fleet', () => {
  assert.equal(timeouts(100, ['b', 'c']), [48_000, 22_763, 8000]);
  assert.equal(timeouts(500, ['b', 'c']).at(-1), Math.round(4000 * Math.log10(500)));
});
for (const nodes of [1, 2, 3])
  test(`of ${nodes}, nobody else could confirm: the shortest at once`, () => assert.equal(timeouts(nodes, ['b']), [4000, 4000]));
test('of 4, two others can confirm', () => assert.equal(timeouts(4, ['b', 'c']), [24_000, 11_381, 4000]));
test('only what shortens the time is worth passing on', () => {
  const s = suspicion(lanParameters, 10, 'a', 0);
  assert.equal(
    ['a', 'b', 'b', 'c', 'd'].map((accuser) => confirm(s, accuser)),
    [false, true, false, true, false],
  );
});
test('an update is passed on a number of times that grows with the logarithm of the fleet', () => {
  assert.equal(
    [1, 2, 9, 10, 99, 100, 500].map((n) => retransmitLimit(lanParameters, n)),
    [4, 4, 4, 8, 8, 12, 12],
  );
});
test('whole states are exchanged more rarely above 32 nodes', () => {
  assert.equal(
    [1, 32, 33, 64, 65, 128, 500].map((n) => syncPeriod(lanParameters, n)),
    [30_000, 30_000, 60_000, 60_000, 90_000, 90_000, 150_000],
  );
});
test.run();
