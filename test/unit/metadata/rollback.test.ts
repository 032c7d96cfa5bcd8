import type { ChangesStep } from '#documents/changes.js';
import { diff } from '#documents/diff.js';
import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { areaLength } from '#metadata/kinds/kinds.js';
import { reduceVolume, removeVolumes, renameVolume } from '#metadata/lv-edits.js';
import { extendVolume } from '#metadata/lv-extend.js';
import type { Metadata } from '#metadata/metadata.js';
import { rollBack } from '#metadata/rollback.js';
import { setGroup } from '#metadata/vg-set.js';
import { assert, suite } from '#test/support/check.js';
import { DvmError } from '#tool/errors.js';
import { create, draftOf, fails, lvId, pvId, random } from './fixtures.js';

const test = suite('rollback');

/** Versions of a group's metadata, each made from the one before. */
class History {
  readonly versions: Metadata[];

  constructor(sizes: number[]) {
    this.versions = [draftOf(sizes).before];
  }

  get now(): Metadata {
    return this.versions.at(-1) as Metadata;
  }

  edit(change: (draft: Draft) => unknown): this {
    const draft = new Draft(this.now);
    change(draft);
    this.versions.push(draft.result());
    return this;
  }

  /** Goes back to version `n`; `blind`: without being told what happened in between. */
  back(n: number, { force = false, blind = false } = {}) {
    return rollBack(new Draft(this.now), { old: this.versions[n] as Metadata, steps: blind ? [] : this.steps(n), force });
  }

  steps(n: number): ChangesStep[] {
    return this.versions.slice(n + 1).map((v, i) => ({
      seqno: n + i + 2,
      txn: '0'.repeat(32),
      changes: diff(this.versions[n + i], v),
    }));
  }
}

const add =
  (name: string, extents: string, more = {}) =>
  (d: Draft) =>
    create(d, name, extents, more);
const remove = (name: string) => (d: Draft) => removeVolumes(d, [name]);

test('volumes, their names and settings come back; what is new goes, and is named', () => {
  const h = new History([20]).edit(add('a', '4'));
  h.edit((d) => renameVolume(d, 'a', 'z')).edit((d) => extendVolume(d, { volume: 'z', pvs: [], extents: '+3' }));
  h.edit(add('b', '2')).edit((d) => setGroup(d, { allocation: 'cling', addTags: ['x'], delTags: [] }));
  const { metadata, notes } = h.back(1);
  assert.equal(metadata, h.versions[1]);
  assert.equal(notes, ['volume "b" is not in that version: it goes']);
});

test('going back to what is there already changes nothing', () => {
  const h = new History([20])
    .edit(add('a', '4'))
    .edit((d) => renameVolume(d, 'a', 'b'))
    .edit((d) => renameVolume(d, 'b', 'a'));
  assert.is(h.back(1).metadata, h.now);
});

test('PVs and regions stay as they are; a PV that came since stays', () => {
  const h = new History([20]).edit(add('a', '4'));
  h.edit((d) => d.setPv(pvId(0), { dataStart: 2048, extents: 30, reserved: [{ extent: 15, count: 2 }], tags: ['t'] }));
  h.edit((d) => d.setPv(pvId(1), { dataStart: 2048, extents: 9 })).edit(remove('a'));
  const { metadata } = h.back(1);
  assert.equal(metadata.pvs, h.now.pvs);
  assert.equal(metadata.lvs, h.versions[1]?.lvs);
  assert.equal(findProblems(new Draft(metadata)), []);
});

test('a removed volume comes back while nobody had its extents', () => {
  const h = new History([20]).edit(add('a', '4')).edit(add('b', '2')).edit(remove('a'));
  assert.equal(h.back(2).metadata, h.versions[2]);
  assert.equal(h.back(2).notes, []);
});

test('extents that another volume has now: named and refused, restored when forced', async () => {
  const h = new History([20]).edit(add('a', '4')).edit(remove('a')).edit(add('b', '2'));
  const e = await fails(() => h.back(1), 'overwritten', 83, /extents that "a" had .* \(volume "b"\)/);
  assert.equal((e.details as { volumes: object }).volumes, { a: ['volume "b"'] });
  await fails(() => h.back(1, { blind: true }), 'overwritten', 83);
  const { metadata, notes } = h.back(1, { force: true });
  assert.equal(metadata, h.versions[1]);
  assert.equal(notes, ['volume "b" is not in that version: it goes', 'volume "a" comes back with data of volume "b"']);
});

test('extents that another volume had in between are known only from what happened since', async () => {
  const h = new History([20]).edit(add('a', '4')).edit(remove('a')).edit(add('b', '2')).edit(remove('b'));
  await fails(() => h.back(1), 'overwritten', 83, /volume "b"/);
  assert.equal(h.back(1, { blind: true }).metadata, h.versions[1]);
});

test('a region that lay on them in between is such another', async () => {
  const h = new History([20]).edit(add('a', '4')).edit(remove('a'));
  h.edit((d) => d.setPv(pvId(0), { dataStart: 2048, extents: 20, reserved: [{ extent: 3, count: 1 }] }));
  await fails(() => h.back(1), 'extents-gone', 83, /"a" had are gone: a metadata region lies there/);
  await fails(() => h.back(1, { force: true }), 'extents-gone', 83);
  h.edit((d) => d.setPv(pvId(0), { dataStart: 2048, extents: 20 }));
  await fails(() => h.back(1), 'overwritten', 83, /a metadata region/);
});

test('a volume that got its own extents back at another place of it is overwritten too', async () => {
  const h = new History([20]).edit(add('a', '6')).edit((d) => reduceVolume(d, 'a', { extents: '-3' }));
  h.edit((d) => extendVolume(d, { volume: 'a', pvs: [], extents: '+3' }));
  assert.equal(h.back(1).metadata, h.versions[1], 'at the same place: its own data');
  h.edit((d) => reduceVolume(d, 'a', { extents: '-3' })).edit(add('x', '1', { id: lvId(900), pvs: [`${pvId(0)}:3`] }));
  h.edit((d) => extendVolume(d, { volume: 'a', pvs: [`${pvId(0)}:4-`], extents: '+1' }));
  await fails(() => h.back(1), 'overwritten', 83, /volume "x", volume "a"|volume "a", volume "x"/);
});

test('stripes: the same rows are the same data, other columns are not', async () => {
  const h = new History([20, 20]).edit(add('s', '8', { stripes: 2 }));
  h.edit((d) => extendVolume(d, { volume: 's', pvs: [], extents: '+4' })).edit((d) => reduceVolume(d, 's', { extents: '-6' }));
  assert.equal(h.back(1).metadata, h.versions[1]);
  const id = Object.keys(h.now.lvs)[0] as string;
  const other = structuredClone(h.now);
  other.lvs[id]?.segments[0]?.areas.reverse();
  h.versions.push(other);
  await fails(() => h.back(1), 'overwritten', 83);
});

test('PVs that left, shrank or were made anew', async () => {
  const h = new History([20, 20]).edit(add('a', '4', { pvs: [pvId(1)] })).edit(remove('a'));
  h.edit((d) => d.setPv(pvId(1), { dataStart: 2048, extents: 3 }));
  await fails(() => h.back(1), 'extents-gone', 83, /is not as large any more/);
  h.edit((d) => d.setPv(pvId(1), { dataStart: 4096, extents: 19 }));
  await fails(() => h.back(1), 'extents-gone', 83, /is not as large any more/);
  h.edit((d) => d.removePv(pvId(1)));
  const e = await fails(() => h.back(1), 'extents-gone', 83, /has left the group/);
  assert.equal(Object.keys((e.details as { volumes: object }).volumes), ['a']);
});

test('another extent size since then is refused; one in between does not confuse', async () => {
  const smaller = (d: Draft) => setGroup(d, { extentSize: 4096, addTags: [], delTags: [] });
  const larger = (d: Draft) => setGroup(d, { extentSize: 8192, addTags: [], delTags: [] });
  const h = new History([20]).edit(add('a', '4')).edit(smaller);
  await fails(() => h.back(1), 'extent-size-changed', 83, /had extents of 8192 sectors then, now of 4096/);
  h.edit(remove('a'))
    .edit(add('b', '1', { pvs: [`${pvId(0)}:20-`] }))
    .edit(remove('b'))
    .edit(larger);
  assert.equal(h.back(1).metadata, h.versions[1], 'extent 20 of the smaller ones is extent 10');
  h.edit(smaller)
    .edit(add('c', '1', { pvs: [`${pvId(0)}:7-`] }))
    .edit(remove('c'))
    .edit(larger);
  await fails(() => h.back(1), 'overwritten', 83, /volume "c"/);
});

/** Who wrote what: each version writes its own mark over all extents of its volumes, but where it only kept them. */
function contents(versions: readonly Metadata[]): Map<string, string> {
  const disk = new Map<string, string>();
  for (const v of versions)
    for (const [id, lv] of Object.entries(v.lvs))
      for (const s of lv.segments)
        for (let column = 0; column < s.areas.length; column++)
          for (let k = 0; k < areaLength(s); k++)
            disk.set(
              `${s.areas[column]?.pv} ${(s.areas[column]?.extent ?? 0) + k}`,
              `${id} ${s.areas.length} ${column} ${s.start / s.areas.length + k}`,
            );
  return disk;
}

function isWhole(old: Metadata, disk: Map<string, string>): boolean {
  return [...contents([old])].every(([extent, mark]) => disk.get(extent) === mark);
}

for (let seed = 1; seed <= 40; seed++)
  test(`a disk that remembers who wrote last agrees (seed ${seed})`, () => {
    const below = random(seed);
    const h = new History([12, 9]);
    for (let n = 0; n < 12; n++) h.edit((d) => randomEdit(d, below, n));
    for (let n = 0; n < h.versions.length; n++) {
      const old = h.versions[n] as Metadata;
      const whole = isWhole(old, contents(h.versions.slice(n)));
      const refused = codeOf(() => h.back(n));
      assert.is(refused, whole ? undefined : 'overwritten', `seed ${seed}: back to ${n}`);
      assert.equal(findProblems(new Draft(h.back(n, { force: true }).metadata)), []);
    }
  });

function randomEdit(d: Draft, below: (n: number) => number, n: number): void {
  const name = Object.values(d.lvs)[below(Object.keys(d.lvs).length || 1)]?.name;
  const kind = name === undefined ? 0 : below(8);
  codeOf(() => {
    if (kind < 3) create(d, `v${n}`, String(1 + below(5)), { id: lvId(n), stripes: 1 + below(2) });
    else if (kind < 5) removeVolumes(d, [name ?? '']);
    else if (kind < 6) reduceVolume(d, name ?? '', { extents: `-${1 + below(3)}` });
    else extendVolume(d, { volume: name ?? '', pvs: [], extents: `+${1 + below(3)}` });
  });
}

function codeOf(f: () => unknown): string | undefined {
  try {
    f();
    return undefined;
  } catch (e) {
    if (e instanceof DvmError) return e.code;
    throw e;
  }
}

test.run();
