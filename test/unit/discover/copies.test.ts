import { COPIES, type Place, parseCopies, placesToCarry, placeToCarry } from '#discover/copies.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { forSeeds, Random } from '#test/support/random.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('copies of the metadata');

function randomPlaces(random: Random): Place[] {
  const disks = 1 + random.below(12);
  return Array.from({ length: random.below(30) }, (_, i) => ({
    id: `p${i}`,
    disk: `d${random.below(disks)}`,
    carries: random.chance(0.3),
  }));
}

const carriersOf = (places: readonly Place[], chosen: readonly string[]) =>
  places.filter((p) => p.carries || chosen.includes(p.id));
const disksOf = (places: readonly Place[]) => new Set(places.map((p) => p.disk)).size;

/** Enough copies, on enough disks. */
function suffices(places: readonly Place[], chosen: readonly string[], copies: number): boolean {
  const carriers = carriersOf(places, chosen);
  return carriers.length >= Math.min(copies, places.length) && disksOf(carriers) >= Math.min(copies, disksOf(places));
}

test('enough places on enough disks, none twice, and not one more than that takes', () =>
  forSeeds(2000, (seed) => {
    const random = new Random(seed);
    const places = randomPlaces(random);
    const copies = random.pick([1, 2, 3, 8, Number.POSITIVE_INFINITY]);
    const chosen = placesToCarry(places, copies);
    assert.is(new Set(chosen).size, chosen.length);
    assert.ok(chosen.every((id) => places.some((p) => p.id === id && !p.carries)));
    assert.ok(suffices(places, chosen, copies), 'enough');
    for (const id of chosen.slice(-1)) {
      const fewer = chosen.filter((other) => other !== id);
      assert.not.ok(suffices(places, fewer, copies), 'the last one is needed');
    }
    assert.is(placeToCarry(places, copies), chosen[0]);
    assert.equal(placesToCarry(places, copies), chosen, 'the same again');
  }));

test('one at a time leads to enough copies, and to as many disks, as all at once', () =>
  forSeeds(500, (seed) => {
    const random = new Random(seed);
    const places = randomPlaces(random).map((p) => ({ ...p, carries: false }));
    const labelled: Place[] = [];
    for (const place of places) {
      const carriers = labelled.filter((p) => p.carries);
      labelled.push({ ...place, carries: placesToCarry([...carriers, place], COPIES).length > 0 });
    }
    assert.ok(suffices(labelled, [], COPIES));
    assert.ok(labelled.filter((p) => p.carries).length < 2 * COPIES);
  }));

test('among many alike they lie far apart', () => {
  for (const n of [9, 16, 100, 1000]) {
    const places = Array.from({ length: n }, (_, i) => ({ id: String(i), disk: String(i), carries: false }));
    const chosen = placesToCarry(places, COPIES)
      .map(Number)
      .sort((a, b) => a - b);
    assert.is(chosen.length, COPIES);
    const gaps = chosen.slice(1).map((c, i) => c - (chosen[i] as number));
    assert.ok(Math.min(...gaps) >= Math.floor((n - 1) / (2 * COPIES)), `${n}: ${chosen}`);
  }
});

test('a number of copies is a number from 1 on, or all', async () => {
  assert.equal([parseCopies(undefined), parseCopies('8'), parseCopies('all')], [undefined, 8, Number.POSITIVE_INFINITY]);
  for (const text of ['0', '-1', '1.5', 'some', '']) {
    const e = await thrown<DvmError>(() => parseCopies(text));
    assert.equal([e.code, e.exitCode], ['bad-copies', 64]);
  }
});

test.run();
