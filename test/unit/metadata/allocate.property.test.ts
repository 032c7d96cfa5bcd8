import { type AllocationRequest, allocate, type PvSpace, type Tail } from '#metadata/allocate.js';
import { allocateMost, largestPossible } from '#metadata/allocate-most.js';
import type { AllocationPolicy } from '#metadata/metadata.js';
import { totalOf } from '#metadata/runs.js';
import type { Row } from '#metadata/segments.js';
import { assert, suite } from '#test/support/check.js';
import { pvId, random } from './fixtures.js';

/**
 * The naive second opinion: a PV is an array of booleans (true = free), and whether a request can be met is decided
 * by counting, without finding a plan.
 */
type Bitmap = boolean[];
const policies: AllocationPolicy[] = ['contiguous', 'cling', 'normal', 'anywhere'];
const test = suite('allocation against a naive oracle');

for (let seed = 1; seed <= 3000; seed += 1000)
  test(`seeds ${seed} to ${seed + 999}`, () => {
    for (let s = seed; s < seed + 1000; s++) check(s);
  });

function check(seed: number): void {
  const { request, bitmaps } = randomRequest(random(seed));
  const rows = allocate(request);
  const about = `seed ${seed}: ${JSON.stringify(request)} gave ${JSON.stringify(rows)}`;
  const possible = feasible(request, bitmaps);
  assert.is(rows !== undefined, possible, about);
  if (rows) checkRows(rows, request, bitmaps, about);
  checkMost(request, bitmaps, about);
}

/** Of a percentage as much is taken as the oracle finds possible. */
function checkMost(request: AllocationRequest, bitmaps: Bitmap[], about: string): void {
  const lengths = Array.from({ length: request.length }, (_, i) => request.length - i);
  const most = lengths.find((length) => feasible({ ...request, length }, bitmaps)) ?? 0;
  const rows = allocateMost(request);
  assert.is(largestPossible(request), most, about);
  if (most === 0) assert.is(rows, undefined, about);
  else checkRows(rows ?? [], { ...request, length: most }, bitmaps, about);
}

function randomRequest(below: (n: number) => number): { request: AllocationRequest; bitmaps: Bitmap[] } {
  const bitmaps = Array.from({ length: 1 + below(5) }, () => {
    const full = below(4);
    return Array.from({ length: 1 + below(24) }, () => below(4) >= full);
  });
  const stripes = 1 + below(Math.min(3, bitmaps.length + 1));
  const request = {
    policy: policies[below(4)] as AllocationPolicy,
    stripes,
    length: 1 + below(20),
    space: bitmaps.map((b, i): PvSpace => ({ pv: pvId(i), tags: [], runs: runsOf(b) })),
  };
  if (below(2) === 0 || stripes > bitmaps.length) return { request, bitmaps };
  const tails = bitmaps.slice(0, stripes).map((bitmap, i) => tailOn(bitmap, i, 1 + below(bitmap.length)));
  const space = bitmaps.map((b, i): PvSpace => ({ pv: pvId(i), tags: [], runs: runsOf(b) }));
  return { request: { ...request, space, tails }, bitmaps };
}

/** A stripe that ends before `end`: the extent there is in use. */
function tailOn(bitmap: Bitmap, i: number, end: number): Tail {
  bitmap[end - 1] = false;
  return { pv: pvId(i), end, pvs: [pvId(i)] };
}

function runsOf(bitmap: Bitmap): { start: number; count: number }[] {
  const runs: { start: number; count: number }[] = [];
  bitmap.forEach((free, i) => {
    const last = runs.at(-1);
    if (free && last && last.start + last.count === i) last.count++;
    else if (free) runs.push({ start: i, count: 1 });
  });
  return runs;
}

function feasible({ policy, stripes, length, tails }: AllocationRequest, bitmaps: Bitmap[]): boolean {
  const totals = bitmaps.map((b) => b.filter(Boolean).length);
  const longest = bitmaps.map((b) => Math.max(0, ...runsOf(b).map((r) => r.count)));
  const enough = (list: number[]): boolean => list.filter((n) => n >= length).length >= stripes;
  if (policy === 'contiguous')
    return tails ? tails.every((t, i) => allFree(bitmaps[i] as Bitmap, t.end, length)) : enough(longest);
  if (policy === 'cling') return tails ? tails.every((_, i) => (totals[i] ?? 0) >= length) : enough(totals);
  const usable = totals.map((n) => (policy === 'normal' ? Math.min(n, length) : n));
  return usable.reduce((a, b) => a + b, 0) >= stripes * length;
}

function allFree(bitmap: Bitmap, start: number, count: number): boolean {
  return Array.from({ length: count }, (_, i) => bitmap[start + i] === true).every(Boolean);
}

function checkRows(rows: Row[], { policy, stripes, length, tails }: AllocationRequest, bitmaps: Bitmap[], about: string): void {
  assert.is(
    rows.reduce((n, r) => n + r.length, 0),
    length,
    about,
  );
  const taken = bitmaps.map((b) => b.map(() => false));
  for (const row of rows) {
    assert.is(row.areas.length, stripes, about);
    if (policy !== 'anywhere') assert.is(new Set(row.areas.map((a) => a.pv)).size, stripes, `two stripes on one PV, ${about}`);
    for (const { pv, extent } of row.areas) {
      const i = bitmaps.findIndex((_, n) => pvId(n) === pv);
      for (let x = extent; x < extent + row.length; x++) {
        assert.ok(bitmaps[i]?.[x], `extent ${x} of PV ${i} is not free, ${about}`);
        assert.not.ok(taken[i]?.[x], `extent ${x} of PV ${i} is taken twice, ${about}`);
        (taken[i] as Bitmap)[x] = true;
      }
    }
  }
  if (policy === 'contiguous') assert.is(rows.length, 1, about);
  if (policy === 'contiguous' && tails)
    assert.equal(
      rows[0]?.areas,
      tails.map((t) => ({ pv: t.pv, extent: t.end })),
      about,
    );
  const onePlace = (i: number): number => new Set(rows.map((r) => r.areas[i]?.pv)).size;
  if (policy === 'cling') for (let i = 0; i < stripes; i++) assert.is(onePlace(i), 1, `stripe ${i} leaves its PV, ${about}`);
}

test('the oracle itself: totals of runs and bits agree', () => {
  assert.is(totalOf(runsOf([true, true, false, true])), 3);
});

test.run();
