import { readdirSync } from 'node:fs';
import { parseBatch, runBatch } from '#metadata/batch.js';
import { findProblems } from '#metadata/check.js';
import { Draft } from '#metadata/draft.js';
import { filters } from '#metadata/filters.js';
import { usedRuns } from '#metadata/free.js';
import { type Metadata, metadataType } from '#metadata/metadata.js';
import { intersection } from '#metadata/runs.js';
import { assert, suite } from '#test/support/check.js';
import { DvmError } from '#tool/errors.js';
import { canonical } from '#tool/json.js';
import { draftOf, fails, lvId, metadataOf, random } from './fixtures.js';

const parsing = suite('batch files');
const lines = (text: string) => parseBatch(Buffer.from(text));

parsing('one edit a line: plain words or an array; empty lines and comments are counted but pass', () => {
  assert.equal(lines('\n# a comment\nlv_create  a\t--size 1G \n\n["lv_create","my data","--size","1G"]\r\nlv_remove b'), [
    { line: 3, words: ['lv_create', 'a', '--size', '1G'] },
    { line: 5, words: ['lv_create', 'my data', '--size', '1G'] },
    { line: 6, words: ['lv_remove', 'b'] },
  ]);
  assert.equal(lines(''), []);
});

for (const [text, message] of [
  ['lv_create "a b"', /line 1 has " in it/],
  ['\nlv_create $NAME', /line 2 has \$ in it/],
  ['lv_create a\\ b', /line 1 has \\ in it/],
  ['["lv_create"', /line 1 is not JSON/],
  ['["lv_create", 3]', /line 1 is not an array of words/],
  ['[]', /line 1 is not an array of words/],
] as const)
  parsing(`refused: ${text}`, async () => {
    await fails(() => lines(text), 'bad-edit', 65, message);
  });

parsing('refused: bytes that are no text', async () => {
  await fails(() => parseBatch(Uint8Array.of(0xff)), 'bad-edit', 65, /not valid UTF-8/);
});

const running = suite('batches');
const at = ['--time', '2026-01-01T00:00:00Z'];
const silent = (): void => {};
const run = (draft: Draft, ...edits: string[][]): void =>
  runBatch(
    draft,
    edits.map((words, i) => ({ line: i + 1, words })),
    filters,
    silent,
  );

running('every filter of a draft can be used', () => {
  const others = ['vg_batch', 'vg_create', 'vg_merge', 'vg_rollback', 'pv_place'];
  const all = readdirSync('packages/metadata/commands').map((f) => f.replace('.ts', ''));
  assert.equal(Object.keys(filters), all.filter((f) => !others.includes(f)).sort());
});

running('an error names its line and keeps its code; what is no edit is refused', async () => {
  const draft = draftOf([10]);
  const e = await fails(
    () => run(draft, ['lv_create', 'a', '--extents', '3'], ['lv_create', 'b', '--extents', '8']),
    'no-space',
    82,
    /^line 2, "lv_create b --extents 8": volume "b" needs 8 extents/,
  );
  assert.equal((e.details as { line: number; details: { needed: number } }).line, 2);
  assert.is((e.details as { details: { needed: number } }).details.needed, 8);
  await fails(() => run(draft, ['cat']), 'bad-edit', 65, /line 1 names "cat", which is not one of lv_cache,/);
  await fails(() => run(draft, ['lv_create', '--no-such']), 'unknown-option', 64, /line 1, "lv_create --no-such"/);
  const long = await fails(() => run(draft, ['lv_remove', 'x'.repeat(100)]), 'no-volume', 80);
  assert.match(long.message, `"lv_remove ${'x'.repeat(49)}…":`);
});

running('notes name their line', () => {
  const notes: string[] = [];
  const edits = [{ line: 7, words: ['lv_create', 'a', '--size', '5M'] }];
  runBatch(draftOf([10]), edits, filters, (text) => notes.push(text));
  assert.equal(notes, ['line 7: volume "a": rounded up to 2 extents, 8M']);
});

running('what an edit frees is not handed out by the next', async () => {
  const draft = draftOf([10]);
  run(draft, ['lv_create', 'a', '--extents', '6']);
  const next = (): Draft => new Draft(draft.result());
  const swapped = next();
  run(swapped, ['lv_remove', 'a'], ['lv_create', 'b', '--extents', '4']);
  assert.equal(usedRuns(swapped.lvs).values().next().value, [{ start: 6, count: 4 }]);
  await fails(() => run(next(), ['lv_remove', 'a'], ['lv_create', 'b', '--extents', '5']), 'no-space', 82);
});

/** Edits that free nothing, made up as they go. */
function growingEdit(names: string[], below: (n: number) => number, n: number): string[] {
  const volume = names[below(names.length || 1)];
  const kind = volume === undefined ? 0 : below(8);
  if (kind < 4)
    return ['lv_create', `v${n}`, '--extents', String(1 + below(9)), '--stripes', String(1 + below(2)), '--id', lvId(n), ...at];
  if (kind < 6) return ['lv_extend', volume ?? '', '--extents', `+${1 + below(9)}`];
  return kind === 6 ? ['lv_rename', volume ?? '', `r${n}`] : ['lv_set', volume ?? '', '--add-tag', `t${n}`];
}

for (let seed = 1; seed <= 20; seed++)
  running(`edits that free nothing: together as one by one (seed ${seed})`, () => {
    const below = random(seed);
    const { devices, before } = draftOf([40, 25, 60]);
    const surroundings = { devices: devices ?? {} };
    let metadata: Metadata = before;
    const made: string[][] = [];
    for (let n = 0; n < 40; n++) {
      const draft = new Draft(metadata, surroundings);
      const words = growingEdit(
        Object.values(metadata.lvs).map((lv) => lv.name),
        below,
        n,
      );
      try {
        run(draft, words);
      } catch (e) {
        if (!(e instanceof DvmError)) throw e;
        continue;
      }
      made.push(words);
      metadata = draft.result();
    }
    const batch = new Draft(before, surroundings);
    run(batch, ...made);
    assert.is(canonical(batch.result()), canonical(metadata));
    assert.ok(made.length > 15);
  });

for (let seed = 1; seed <= 20; seed++)
  running(`edits of all kinds: sound, and nothing of the document before is handed out (seed ${seed})`, () => {
    const below = random(seed);
    const start = draftOf([40, 25, 60]);
    for (let n = 0; n < 10; n++) run(start, ['lv_create', `o${n}`, '--extents', String(1 + below(8))]);
    const batch = new Draft(start.result(), { devices: start.devices ?? {} });
    for (let n = 0; n < 30; n++) {
      const volume = Object.values(batch.lvs)[below(Object.keys(batch.lvs).length || 1)]?.name ?? 'none';
      const freeing = [
        ['lv_remove', volume],
        ['lv_reduce', volume, '--extents', '-1'],
      ][below(4)];
      try {
        run(batch, freeing ?? growingEdit([volume], below, n));
      } catch (e) {
        if (!(e instanceof DvmError)) throw e;
      }
    }
    const after = metadataType.parse(batch.result(), 'batch');
    assert.equal(findProblems(new Draft(after)), []);
    for (const [id, lv] of Object.entries(batch.before.lvs))
      for (const [pv, runs] of usedRuns({ [id]: lv })) {
        const { [id]: _, ...others } = after.lvs;
        assert.equal(intersection(runs, usedRuns(others).get(pv) ?? []), [], `extents of "${lv.name}" on ${pv}`);
      }
  });

running('a bare metadata document will do', () => {
  const draft = new Draft(metadataOf([5]));
  run(draft, ['lv_create', 'a', '--extents', '2']);
  assert.is(Object.keys(draft.result().lvs).length, 1);
});

parsing.run();
running.run();
