import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { removeVolumes } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Metadata } from '#metadata/metadata.js';
import { endMove, movePv, movesOf } from '#metadata/pv-move.js';
import { assert, suite } from '#test/support/check.js';
import { create, draftOf, fails, layoutOf, lvId, random } from './fixtures.js';

const test = suite('pv_move');
const id = lvId(999_999);

/** The draft as the next update finds it. */
function committed(draft: Draft): Draft {
  const { envelope, devices } = draft;
  return new Draft(draft.result(), { ...(envelope ? { envelope } : {}), ...(devices ? { devices } : {}) });
}

function begin(draft: Draft, from: string, to: string[] = [], more: { most?: number; volume?: string } = {}): string[] {
  return movePv(draft, { from, to, id, ...more });
}

test('a mirror takes the place of the extents, and the new place its place', () => {
  const d = draftOf([16, 16]);
  create(d, 'a', '8', { pvs: ['/dev/loop0'] });
  const moving = committed(d);
  begin(moving, '/dev/loop0');
  assert.equal(moving.lvs[id]?.segments[0]?.type, 'mirror');
  assert.equal(layoutOf(moving, 'pvmove0'), ['0: 0:0-7 1:0-7']);
  assert.equal(findProblems(moving), []);
  assert.equal(moving.free.of('pvaaaaaaaaaaaaaaaaaa'), [{ start: 8, count: 8 }]);
  const moved = committed(moving);
  endMove(moved, id, 'target');
  assert.equal(layoutOf(moved, 'a'), ['0: 1:0-7']);
  assert.equal(movesOf(moved), []);
});

test('given up, everything is as it was', () => {
  const d = draftOf([16, 16, 16]);
  create(d, 'a', '8', { pvs: ['/dev/loop0'] });
  create(d, 'b', '8', { pvs: ['/dev/loop0', '/dev/loop1'], stripes: 2 });
  const before = d.result();
  const moving = committed(d);
  begin(moving, '/dev/loop0:2-9');
  assert.not.equal(moving.result(), before);
  endMove(moving, id, 'source');
  assert.equal(moving.result().lvs, before.lvs);
});

test('stripes stay on different PVs', async () => {
  const d = draftOf([8, 8]);
  create(d, 'a', '8', { stripes: 2 });
  await fails(() => begin(committed(d), '/dev/loop0'), 'no-space', 82, /4 extents of volume "a" on PV "\/dev\/loop0"/);
});

test('part by part, and only one volume where asked', () => {
  const d = draftOf([16, 16]);
  create(d, 'a', '6', { pvs: ['/dev/loop0'] });
  create(d, 'b', '6', { pvs: ['/dev/loop0'] });
  const one = committed(d);
  begin(one, '/dev/loop0', [], { volume: 'b' });
  assert.equal(layoutOf(one, 'a'), ['0: 0:0-5']);
  const part = committed(d);
  begin(part, '/dev/loop0', [], { most: 4 });
  assert.equal(layoutOf(part, 'pvmove0'), ['0: 0:0-3 1:0-3']);
  endMove(part, id, 'target');
  assert.equal(layoutOf(part, 'a'), ['0: 1:0-3', '4: 0:4-5']);
});

test('what is left to move is told when it is nothing', () => {
  const d = draftOf([16, 16]);
  create(d, 'a', '6', { pvs: ['/dev/loop1'] });
  assert.match(begin(committed(d), '/dev/loop0').join(), /nothing of PV "\/dev\/loop0" is left to move/);
});

test('volumes that grow or go while they are moved', () => {
  const d = draftOf([16, 16, 16]);
  create(d, 'a', '4', { pvs: ['/dev/loop0'] });
  create(d, 'b', '4', { pvs: ['/dev/loop0'] });
  const moving = committed(d);
  begin(moving, '/dev/loop0', ['/dev/loop1']);
  const later = committed(moving);
  removeVolumes(later, ['a']);
  extendVolume(later, { volume: 'b', pvs: ['/dev/loop2'], extents: '+2' });
  assert.equal(findProblems(later), []);
  endMove(later, id, 'target');
  assert.equal(findProblems(later), []);
  assert.equal(layoutOf(later, 'b'), ['0: 1:4-7', '4: 2:0-1']);
});

/** Where each extent of each volume lies, in the order of the volume. */
function places({ lvs }: Metadata, name: string): string[] {
  const lv = Object.values(lvs).find((v) => v.name === name);
  return (lv?.segments ?? []).flatMap((s) => {
    const n = s.areas.length;
    return Array.from({ length: s.count }, (_, i) => {
      const area = s.areas[i % n];
      return `${area?.pv}:${(area?.extent ?? 0) + Math.floor(i / n)}`;
    });
  });
}

test('any layout: after a move only the extents that were on the PV lie elsewhere, each once', () => {
  for (let seed = 0; seed < 300; seed++) {
    const next = random(seed);
    const d = draftOf([40, 40, 40, 40]);
    for (let v = 0; v < 6; v++) {
      const stripes = 1 + next(2);
      create(d, `v${v}`, String(stripes * (1 + next(5))), { stripes, pvs: [`/dev/loop${next(3)}`, '/dev/loop3', '/dev/loop1'] });
    }
    const moving = committed(d);
    const from = `/dev/loop${next(3)}:${next(4)}-${4 + next(20)}`;
    begin(moving, from, [], next(2) ? { most: 1 + next(8) } : {});
    assert.equal(findProblems(moving), [], `seed ${seed}`);
    const back = committed(moving);
    for (const move of movesOf(back)) endMove(back, move, 'source');
    const moved = committed(moving);
    for (const move of movesOf(moved)) endMove(moved, move, 'target');
    assert.equal(findProblems(moved), [], `seed ${seed}`);
    for (let v = 0; v < 6; v++) {
      assert.equal(places(back.result(), `v${v}`), places(d.result(), `v${v}`), `seed ${seed}`);
      const [was, is] = [places(d.result(), `v${v}`), places(moved.result(), `v${v}`)];
      assert.is(was.length, is.length, `seed ${seed}`);
      const pv = `pv${'abcd'[Number(from[9])]?.repeat(18)}`;
      assert.ok(
        was.every((place, i) => place === is[i] || place.startsWith(pv)),
        `seed ${seed}`,
      );
    }
  }
});

test.run();
