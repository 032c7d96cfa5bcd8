import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noTxn } from '#documents/ids.js';
import { tool } from '#replicator/commands/dvm_replicate.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { Bytes } from '#tool/command.js';
import { type DvmError, exitCodes } from '#tool/errors.js';
import { invoke, outputDocument } from '#tool/invoke.js';
import { txn } from './support.js';

const test = suite('dvm_replicate');

/** Three image files with a region each, and the tool run on them. */
async function withImages(body: (w: World) => Promise<void>): Promise<void> {
  await inTmp(async (dir) => {
    const names = ['a', 'b', 'c'].map((n) => join(dir, n));
    for (const path of names) {
      writeFileSync(path, '');
      truncateSync(path, 1 << 20);
    }
    const list = (paths: string[]) => ({
      kind: 'regions',
      version: 1,
      regions: paths.map((path) => ({ path, start: 8, length: 1024 })),
    });
    const file = join(dir, 'regions.json');
    writeFileSync(file, JSON.stringify(list(names)));
    writeFileSync(join(dir, 'two.json'), JSON.stringify(list(names.slice(0, 2))));
    await body({ dir, file, run: (argv, input) => run(argv, input) });
  });
}

interface World {
  dir: string;
  file: string;
  run: typeof run;
}

async function run(argv: string[], input = '') {
  const notes: string[] = [];
  const { output, exitCode } = await invoke(tool, argv, {
    readInput: async () => Buffer.from(input),
    note: (l) => notes.push(l),
  });
  const text = output instanceof Bytes ? Buffer.from(output.bytes).toString() : '';
  return { text, document: outputDocument(output) as Record<string, unknown>, exitCode, notes };
}

test('from blank files to a second version and back to the first', async () => {
  await withImages(async ({ dir, file, run }) => {
    assert.is((await run(['status', file])).exitCode, exitCodes.outOfSync);
    assert.is(((await run(['init', file])).document.done as string[]).length, 3);
    const fixed = ['--txn', txn(1), '--time', '2026-01-02T03:04:05Z'];
    const prepared = (await run(['prepare', file, ...fixed], 'first\n')).document.prepared as Record<string, unknown>;
    assert.equal([prepared.txn, prepared.parent, prepared.time, prepared.length], [txn(1), noTxn, '2026-01-02T03:04:05.000Z', 6]);
    await run(['commit', file]);
    assert.is((await run(['status', file])).exitCode, 0);
    writeFileSync(join(dir, 'next'), 'second\n');
    await run(['prepare', file, join(dir, 'next'), '--parent', txn(1), '--mark']);
    const read = await run(['read', file]);
    assert.is(read.text, 'first\n');
    assert.match(read.notes[0] ?? '', /is prepared, neither committed nor aborted/);
    await run(['commit', file]);
    assert.is((await run(['read', file])).text, 'second\n');
    await run(['clear-mark', file]);
    await run(['read', file, join(dir, 'old'), '--txn', txn(1)]);
    assert.is(readFileSync(join(dir, 'old'), 'utf8'), 'first\n');
    const { older } = (await run(['history', file])).document as { older: { txn: string }[] };
    assert.equal(
      older.map((v) => v.txn),
      [txn(1)],
    );
  });
});

test('regions on standard input; abort with and without something to abort', async () => {
  await withImages(async ({ file, run }) => {
    const list = readFileSync(file, 'utf8');
    await run(['init', '-'], list);
    assert.is(((await run(['abort', '-'], list)).document.already as string[]).length, 3);
    await run(['prepare', file], 'x');
    assert.is(((await run(['abort', '-'], list)).document.done as string[]).length, 3);
    assert.is((await thrown<DvmError>(() => run(['prepare', '-'], list))).code, 'two-inputs');
    assert.is((await thrown<DvmError>(() => run(['commit', file]))).code, 'not-prepared');
    assert.is((await thrown<DvmError>(() => run(['read', file]))).code, 'nothing-committed');
  });
});

test('out of sync: the status says so, a subset is repaired by init --force', async () => {
  await withImages(async ({ dir, file, run }) => {
    const two = join(dir, 'two.json');
    await run(['init', file]);
    await run(['prepare', two], 'x');
    await run(['commit', two]);
    const status = await run(['status', file]);
    assert.is(status.exitCode, exitCodes.outOfSync);
    const states = Object.values(status.document.regions as Record<string, { state: string }>).map((r) => r.state);
    assert.equal(states.sort(), ['active', 'active', 'empty']);
    assert.is((await thrown<DvmError>(() => run(['init', file]))).code, 'region-in-use');
    await run(['init', file, '--force']);
    assert.is((await run(['status', file])).exitCode, 0);
  });
});

test('DEST is written whole or not at all', async () => {
  await withImages(async ({ dir, file, run }) => {
    await run(['init', file]);
    await run(['prepare', file], 'content');
    await run(['commit', file]);
    const error = await thrown<DvmError>(() => run(['read', file, join(dir, 'none', 'x')]));
    assert.is(error.code, 'no-output');
    writeFileSync(join(dir, 'dest'), 'as it was');
    for (const image of ['a', 'b', 'c']) writeFileSync(join(dir, image), readFileSync(join(dir, image)).fill(7, 8 * 512 + 8192));
    assert.is((await thrown<DvmError>(() => run(['read', file, join(dir, 'dest')]))).code, 'region-damaged');
    assert.is(readFileSync(join(dir, 'dest'), 'utf8'), 'as it was');
    assert.not(readdirSync(dir).some((f) => f.endsWith('.tmp')));
    assert.ok(existsSync(join(dir, 'dest')));
  });
});

test.run();
