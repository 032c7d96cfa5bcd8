import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { FreeMap } from '#metadata/free.js';
import { reduceVolume, removeVolumes, renameVolume } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import { type AllocationPolicy, type Metadata, metadataType } from '#metadata/metadata.js';
import { removePvs, setPvs } from '#metadata/pv-edits.js';
import { totalOf } from '#metadata/runs.js';
import { sizeOf } from '#metadata/segments.js';
import { assert, suite } from '#test/support/check.js';
import { DvmError } from '#tool/errors.js';
import { canonicalLines } from '#tool/json.js';
import { create, draftOf, lvId, random } from './fixtures.js';

/**
 * Random edits, one after the other as committed transactions. After each: the schema and vg_check hold, and every
 * extent is free, reserved or used once. What an edit leaves alone is the same object, and its lines are the same.
 */
const test = suite('random sequences of edits');

for (let seed = 1; seed <= 40; seed++)
  test(`seed ${seed}`, () => {
    const below = random(seed);
    const pvs = draftOf([20, 7, 33, 1, 64]);
    let metadata: Metadata = pvs.before;
    let refused = 0;
    for (let step = 0; step < 40; step++) {
      const draft = new Draft(metadata, { devices: pvs.devices ?? {} });
      const what = `seed ${seed}, step ${step}`;
      if (!attempt(draft, below, seed * 1000 + step, what)) refused++;
      const after = draft.result();
      checkAll(metadata, after, what);
      metadata = after;
    }
    assert.ok(refused < 40, 'some edits work');
  });

/** False when the edit was refused, which must leave no trace. */
function attempt(draft: Draft, below: (n: number) => number, number: number, what: string): boolean {
  try {
    edit(draft, below, number);
    return true;
  } catch (e) {
    if (!(e instanceof DvmError)) throw e;
    assert.is(draft.result(), draft.before, `${what}: ${e.message}`);
    return false;
  }
}

function edit(draft: Draft, below: (n: number) => number, number: number): void {
  const names = Object.values(draft.lvs).map((lv) => lv.name);
  const volume = names[below(names.length || 1)];
  const policy = (['contiguous', 'cling', 'normal', 'anywhere'] as AllocationPolicy[])[below(4)];
  const kind = volume === undefined ? 0 : below(10);
  const size = String(1 + below(30));
  if (kind < 4) create(draft, `v${number}`, size, { id: lvId(number), stripes: 1 + below(3), allocation: policy });
  else if (kind < 6) extendVolume(draft, { volume: volume ?? '', pvs: [], extents: `+${size}`, allocation: policy });
  else if (kind < 7) reduceVolume(draft, volume ?? '', { extents: `-${size}` });
  else if (kind < 8) removeVolumes(draft, [volume ?? '']);
  else if (kind < 9) renameVolume(draft, volume ?? '', `r${number}`);
  else if (below(2) === 0)
    setPvs(draft, ['/dev/loop1'], { allocatable: below(2) === 0 ? 'on' : 'off', addTags: [], delTags: [] });
  else removePvs(draft, ['/dev/loop3']);
}

function checkAll(before: Metadata, after: Metadata, what: string): void {
  metadataType.parse(after, what);
  assert.equal(findProblems(new Draft(after)), [], what);
  const free = new FreeMap(after.pvs, after.lvs);
  const total = Object.values(after.pvs).reduce((n, pv) => n + pv.extents, 0);
  const unused = Object.keys(after.pvs).reduce((n, id) => n + totalOf(free.of(id)), 0);
  const used = Object.values(after.lvs).reduce((n, lv) => n + sizeOf(lv), 0);
  assert.is(unused + used, total, what);
  const changed = Object.keys(after.lvs).filter((id) => after.lvs[id] !== before.lvs[id]);
  assert.ok(changed.length <= 1, what);
  if (Object.keys(before.lvs).length > 0 && Object.keys(after.lvs).length > 0) checkLines(before, after, what);
}

function checkLines(before: Metadata, after: Metadata, what: string): void {
  const old = new Set(canonicalLines(before, 2).split('\n').map(bare));
  const lines = canonicalLines(after, 2)
    .split('\n')
    .filter((line) => !old.has(bare(line)));
  assert.ok(lines.length <= 1, `${what}: one edit changes one line, not ${lines.length}`);
}

/** A line without the comma that the next one brings. */
function bare(line: string): string {
  return line.replace(/,$/, '');
}

test.run();
