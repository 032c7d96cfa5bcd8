import { assert, suite, thrown } from '#test/support/check.js';
import { Files, REGION_AT } from '#test/support/files-bench.js';
import type { DvmError } from '#tool/errors.js';

/**
 * The table of docs/recovery.md, by the verbs as people type them, on image files: what is seen, what it means, what to
 * type. Every remedy is followed as it is printed, and every volume is there in the end.
 */
const test = suite('dvm, when devices fail');
const all = [0, 1, 2, 3];
const were = ['v0', 'v1', 'v2', 'v3'];

/** A group of four devices with a volume on each. */
async function made(work: (f: Files, pvs: string[]) => Promise<void>, region?: string): Promise<void> {
  await Files.with(5, async (f) => {
    const paths = all.map((i) => f.path(i));
    const pvs: string[] = [];
    for (const path of paths) {
      const { document } = await f.discover('add', 'vg', path, ...(region === undefined ? [] : [region]));
      pvs.push(document.pv);
    }
    await f.change('create', 'vg', ...paths, '--extent-size', '1M');
    for (const [i, path] of paths.entries()) await f.change('create', `vg/v${i}`, '--size', '2M', path);
    await work(f, pvs);
  });
}

async function state(f: Files, ...words: string[]): Promise<[string, number]> {
  const { state: name, exitCode } = await f.verified(...words);
  return [name, exitCode];
}

async function refusal(f: Files): Promise<string> {
  return (await thrown<DvmError>(() => f.change('create', 'vg/refused', '--size', '1M'))).code;
}

for (const lost of [[3], [2, 3], [1, 2, 3]])
  test(`${lost.length} of 4 missing: named, gone on without when told to, taken back`, () =>
    made(async (f, pvs) => {
      const there = all.filter((i) => !lost.includes(i));
      f.there(...there);
      const found = await f.verified();
      assert.equal([found.state, found.exitCode, found.missing.length], ['missing', 84, lost.length]);
      assert.equal(new Set(found.missing.map((m) => m.lastPath)), new Set(lost.map((i) => f.path(i))));
      assert.is(await refusal(f), 'missing-devices');
      await f.follow('discover vg | tm recover vg');
      assert.is((await state(f))[0], 'missing', 'not by itself');
      await f.follow(found.remedies[0]?.command);
      await f.change('create', 'vg/meanwhile', '--size', '1M');
      assert.equal(await state(f), ['degraded', 85]);
      f.there(...all);
      const back = await f.verified();
      assert.equal(
        [
          back.state,
          back.regions
            .filter((r) => r.standing === 'behind')
            .map((r) => r.pv)
            .sort(),
        ],
        ['degraded', lost.map((i) => pvs[i]).sort()],
      );
      await f.follow(back.remedies[0]?.command);
      assert.equal(
        [await state(f, '--full'), await f.volumes()],
        [
          ['ok', 0],
          ['meanwhile', ...were],
        ],
      );
    }));

test('away for longer than the history reaches: behind all the same', () =>
  made(async (f, pvs) => {
    f.there(0, 1, 2);
    await f.follow((await f.verified()).remedies[0]?.command);
    for (let n = 0; n < 70; n++) await f.change('set', 'vg/v0', n % 2 ? '--del-tag' : '--add-tag', 'x');
    const { document } = await f.dvm('history', 'vg');
    assert.ok(document.versions.length < 70, `the history is short: ${document.versions.length}`);
    f.there(...all);
    const back = await f.verified();
    assert.equal([back.state, back.regions.find((r) => r.pv === pvs[3])?.standing], ['degraded', 'behind']);
    await f.follow(back.remedies[0]?.command);
    assert.equal([await state(f, '--full'), await f.volumes()], [['ok', 0], were]);
  }, '1M+512K'));

test('an older state, unannounced: behind, and brought up', () =>
  made(async (f, pvs) => {
    const old = f.content(2);
    await f.change('create', 'vg/late', '--size', '1M');
    f.put(2, old);
    const found = await f.verified();
    assert.equal([found.state, found.regions.find((r) => r.pv === pvs[2])?.standing], ['out-of-sync', 'behind']);
    assert.is(await refusal(f), 'out-of-sync');
    await f.follow(found.remedies[0]?.command);
    assert.equal(
      [await state(f, '--full'), await f.volumes()],
      [
        ['ok', 0],
        ['late', ...were],
      ],
    );
  }));

test('two halves that went on apart: refused, both described, one is named', () =>
  made(async (f, pvs) => {
    const halves = [
      [0, 1],
      [2, 3],
    ];
    for (const [i, half] of halves.entries()) {
      f.there(...half);
      await f.follow((await f.verified()).remedies[0]?.command);
      await f.change('create', `vg/half${i}`, '--size', '1M');
    }
    f.there(...all);
    const found = await f.verified();
    assert.equal([found.state, found.exitCode, found.sides?.length, found.remedies.length], ['diverged', 84, 2, 2]);
    assert.equal(
      found.sides?.map((s) => s.seqno),
      [7, 7],
    );
    assert.is(await refusal(f), 'diverged');
    assert.is((await thrown<DvmError>(() => f.change('recover', 'vg'))).code, 'diverged');
    const second = found.remedies.find((r) => r.command.includes(pvs[2] ?? ''));
    await f.follow(second?.command);
    const after = await f.verified();
    if (after.state !== 'ok') await f.follow(after.remedies[0]?.command);
    assert.equal(
      [await state(f, '--full'), await f.volumes()],
      [
        ['ok', 0],
        ['half1', ...were],
      ],
    );
  }));

test('a device replaced by another: its volumes stay until somebody removes them', () =>
  made(async (f, pvs) => {
    f.there(0, 1, 2, 4);
    await f.follow((await f.verified()).remedies[0]?.command);
    await f.change('extend', 'vg', f.path(4));
    const e = await thrown<DvmError>(() => f.change('reduce', 'vg', pvs[3] ?? ''));
    assert.equal([e.exitCode, e.message.includes('v3')], [83, true]);
    await f.change('remove', 'vg/v3');
    await f.change('reduce', 'vg', pvs[3] ?? '');
    assert.equal(
      [await state(f, '--full'), await f.volumes()],
      [
        ['ok', 0],
        ['v0', 'v1', 'v2'],
      ],
    );
    f.there(0, 1, 2, 3, 4);
    assert.is((await f.verified()).regions.find((r) => r.pv === pvs[3])?.standing, 'not-a-member');
  }));

const rots: [string, (f: Files) => number[], 'both' | 'full' | 'told'][] = [
  ['both superblocks', () => [0, 1], 'both'],
  ['the older superblock', (f) => [(f.superblock(1).sequence + 1) % 2], 'told'],
  ['a page table', (f) => [f.superblock(1).active.block], 'full'],
  ['a page', (f) => [pageOf(f)], 'full'],
];

for (const [what, blocks, kind] of rots)
  test(`${what} of one region damaged: named, and mended`, () =>
    made(async (f, pvs) => {
      f.spoil(1, ...blocks(f));
      const found = await f.verified('--full');
      const copy = found.regions.find((r) => r.pv === pvs[1]);
      assert.is(found.state, kind === 'told' ? 'ok' : 'out-of-sync');
      assert.is(copy?.standing, kind === 'told' ? 'current' : 'unusable');
      assert.ok(kind === 'told' ? copy?.slots.includes('damaged') : copy?.error, JSON.stringify(copy));
      await f.follow(found.remedies[0]?.command);
      const mended = await f.verified('--full');
      assert.equal([mended.state, mended.remedies, await f.volumes()], ['ok', [], were]);
      assert.ok(mended.regions.every((r) => !r.slots.includes('damaged')));
    }));

test('the current version damaged in every region: said, nothing is written, older versions can be read', () =>
  made(async (f) => {
    const { txn: older } = (await f.group()).envelope;
    await f.change('create', 'vg/late', '--size', '1M');
    for (const i of all) f.spoil(i, f.superblock(i).active.block);
    const before = all.map((i) => f.content(i));
    assert.equal(await state(f), ['damaged', 84]);
    const e = await thrown<DvmError>(() => f.change('recover', 'vg'));
    assert.is(e.exitCode, 74);
    assert.ok(before.every((content, i) => content.equals(f.content(i))));
    assert.is((await f.group('--txn', older)).envelope.txn, older);
  }));

/** The first page of the current version on device 1. */
function pageOf(f: Files): number {
  const at = f.content(1).indexOf(`"txn":"${f.superblock(1).active.txn}"`);
  return Math.floor((at - REGION_AT) / 4096);
}

test.run();
