import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tool as dvm } from '#dvm/commands/dvm.js';
import { readTrace, showStep, summarize } from '#dvm/replay.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { image, inTmp } from '#test/support/loop.js';
import { Text } from '#tool/command.js';
import type { DvmError } from '#tool/errors.js';
import { outputDocument } from '#tool/invoke.js';
import { invokeTraced } from '#tool/trace.js';

/** dvm in one process on image files and the simulated kernel: verbs, dry run, trace, replay. */
const test = suite('dvm');

interface Bench {
  dir: string;
  config: string;
  kernel: string;
  run(...argv: string[]): Promise<unknown>;
  notes: string[];
}

async function withBench(disks: number, work: (b: Bench) => Promise<void>): Promise<void> {
  await inTmp(async (dir) => {
    const paths = Array.from({ length: disks }, (_, i) => join(dir, `disk${i}.img`));
    for (const path of paths) image(path, 64 << 20);
    const config = join(dir, 'config.json');
    writeFileSync(config, JSON.stringify({ kind: 'config', version: 1, discover: { files: paths, reject: ['^/dev/'] } }), {
      mode: 0o600,
    });
    const kernel = join(dir, 'kernel.json');
    const backing = Object.fromEntries(paths.map((p, i) => [p, { dev: `7:${i}`, size: (64 << 20) / 512 }]));
    writeFileSync(kernel, JSON.stringify({ kind: 'sim-kernel', version: 1, backing, devices: {} }));
    const notes: string[] = [];
    const run = async (...argv: string[]): Promise<unknown> => {
      const noInput = async (): Promise<never> => {
        throw new Error('dvm reads nothing');
      };
      const { output } = await invokeTraced(dvm, ['-c', config, ...argv], {
        readInput: noInput,
        note: (line) => void notes.push(line),
      });
      return output instanceof Text ? output.text : outputDocument(output);
    };
    await work({ dir, config, kernel, run, notes });
  });
}

const sim = (b: Bench): string[] => ['--kernel', `sim:${b.kernel}`];

async function made(b: Bench): Promise<void> {
  const disks = readdirSync(b.dir)
    .filter((f) => f.endsWith('.img'))
    .map((f) => join(b.dir, f));
  await b.run('create', 'vg', ...disks, '--extent-size', '1M', ...sim(b));
  await b.run('create', 'vg/data', '--size', '10M', ...sim(b));
}

test('create, extend, rename, deactivate, remove', () =>
  withBench(2, async (b) => {
    await made(b);
    assert.match(
      String(await b.run('extend', 'vg/data', '--size', '+5M', ...sim(b))),
      /^vg: version 3 committed\n {2}reload vg-data\n$/,
    );
    assert.match(String(await b.run('rename', 'vg/data', 'new', ...sim(b))), /rename vg-data to vg-new/);
    const rows = (await b.run('show', 'vg/new', '--format', 'json')) as string;
    assert.match(JSON.stringify(rows), /lv_size_sectors\W+30720/);
    assert.match(String(await b.run('deactivate', 'vg', ...sim(b))), /remove vg-new/);
    assert.match(String(await b.run('deactivate', 'vg', ...sim(b))), /already so/);
    assert.is(await b.run('verify', 'vg'), 'vg: every copy is current (version 4)\n');
    assert.match(String(await b.run('history', 'vg')), /^( *\d {2}[-\d]{10} [:\d]{8} {2}[0-9a-f]{12} {2}2 copies.*\n){4}$/);
    await b.run('remove', 'vg/new', ...sim(b));
    assert.match(String(await b.run('remove', 'vg', ...sim(b))), /^vg: its metadata is gone\n(.*disk.*: label removed .*\n){2}$/);
    assert.is((await thrown<DvmError>(() => b.run('verify', 'vg'))).code, 'no-group');
  }));

test('the group grows and shrinks by devices', () =>
  withBench(3, async (b) => {
    const [first = '', second = '', third = ''] = readdirSync(b.dir)
      .filter((f) => f.endsWith('.img'))
      .sort()
      .map((f) => join(b.dir, f));
    await b.run('create', 'vg', first, second, '--extent-size', '1M', ...sim(b));
    await b.run('extend', 'vg', third, ...sim(b));
    await b.run('create', 'vg/a', '--size', '5M', third, ...sim(b));
    const e = await thrown<DvmError>(() => b.run('reduce', 'vg', third, ...sim(b)));
    assert.is(e.exitCode, 83, e.message);
    await b.run('remove', 'vg/a', ...sim(b));
    await b.run('reduce', 'vg', third, ...sim(b));
    assert.match(String(await b.run('list')), new RegExp(`devices without a label:\n {2}${third}`));
  }));

test('a name that a group has is not taken, neither by a new one nor by another', () =>
  withBench(2, async (b) => {
    const [first = '', second = ''] = [0, 1].map((i) => join(b.dir, `disk${i}.img`));
    await b.run('create', 'vg', first, ...sim(b));
    for (const dry of [['--dry-run'], []]) {
      const e = await thrown<DvmError>(() => b.run('create', 'vg', second, ...dry, ...sim(b)));
      assert.equal([e.code, e.exitCode], ['group-exists', 81]);
      assert.match(e.hint ?? '', 'dvm extend');
    }
    await b.run('create', 'other', second, ...sim(b));
    const e = await thrown<DvmError>(() => b.run('rename', 'other', 'vg', ...sim(b)));
    assert.equal([e.code, e.exitCode], ['name-taken', 81]);
    assert.match(e.message, first);
    await b.run('rename', 'other', 'other', ...sim(b));
  }));

test('a new volume shows nothing old at its ends, unless it is to', () =>
  withBench(1, async (b) => {
    const path = join(b.dir, 'disk0.img');
    await b.run('create', 'vg', path, '--extent-size', '1M', ...sim(b));
    const [data, mib] = [5 << 20, 1 << 20]; // behind 1 MiB and the region of 4 MiB
    writeFileSync(path, Buffer.concat([readFileSync(path).subarray(0, data), Buffer.alloc(20 * mib, 7)]), { flag: 'r+' });
    await b.run('create', 'vg/kept', '--size', '4M', '--no-wipe', ...sim(b));
    await b.run('create', 'vg/wiped', '--size', '4M', ...sim(b));
    const filled = (n: number): boolean =>
      readFileSync(path)
        .subarray(data + n * mib, data + (n + 1) * mib)
        .every((x) => x === 7);
    assert.equal([0, 1, 2, 3, 4, 5, 6, 7, 8].map(filled), [true, true, true, true, false, true, true, false, true]);
  }));

test('a dry run says what would change, and changes nothing', () =>
  withBench(1, async (b) => {
    await made(b);
    const before = await b.run('history', 'vg');
    const text = String(await b.run('create', 'vg/b', '--size', '3M', '--dry-run', ...sim(b)));
    assert.match(text, /nothing was changed/);
    assert.match(text, /\+ lvs\/[a-z2-7]{20} .*"name":"b"/);
    assert.match(text, /create vg-b/);
    assert.equal(await b.run('history', 'vg'), before);
  }));

test('--print shows the pipeline and runs nothing', () =>
  withBench(1, async (b) => {
    assert.is(
      await b.run('create', 'vg/b', '--size', '3M', '--print'),
      'discover vg | tm update --wait 10 vg -- lv_create b --size 3M\n',
    );
  }));

test('a trace holds every document that passed, readable by its owner alone; replay shows it', () =>
  withBench(1, async (b) => {
    await made(b);
    const dir = join(b.dir, 'log');
    await b.run('--trace', dir, 'extend', 'vg/data', '--size', '+1M', ...sim(b));
    for (const f of readdirSync(dir)) assert.is(statSync(join(dir, f)).mode & 0o777, 0o600);
    const steps = readTrace(dir).filter((r) => r.tool !== 'dvm');
    assert.equal(
      new Set(steps.map((s) => s.tool)),
      new Set(['discover', 'tm', 'vg_poll', 'lv_extend', 'vg_check', 'dmexec', 'vol_activate', 'dmactivate']),
    );
    const executed = steps.find((s) => s.tool === 'dmexec' && s.argv.includes('--session'));
    assert.equal(
      (executed?.output as { kind: string; phase: string }[]).map((r) => `${r.kind} ${r.phase}`),
      ['result phase1', 'result phase2'],
    );
    assert.match(summarize(steps), /vol_activate .*--current \(document\) --previous \(document\)/);
    const text = summarize(steps);
    assert.match(text, /lv_extend .*\n +group \(\d+ bytes\) → group \(\d+ bytes\) {3}[\d.]+ ms, ok/);
    const edit = steps.findIndex((s) => s.tool === 'lv_extend') + 1;
    assert.match(showStep(steps, edit), /--- input\n\{\n"devices"[\s\S]*--- output\n/);
    assert.is((await thrown<DvmError>(() => showStep(steps, 99))).code, 'no-step');
    assert.is((await thrown<DvmError>(() => readTrace(b.dir))).code, 'bad-trace');
    assert.is((await thrown<DvmError>(() => readTrace(join(b.dir, 'none')))).code, 'no-input');
    writeFileSync(join(dir, 'x.json'), '{"kind":"trace","version":1,"tool":"tm"}');
    assert.match(
      (await thrown<DvmError>(() => readTrace(dir))).message,
      /x.json" is not a trace record: .*required property 'argv'/,
    );
  }));

test('history, diff and rollback in words; a batch', () =>
  withBench(1, async (b) => {
    await made(b);
    const edits = join(b.dir, 'edits');
    writeFileSync(edits, 'lv_create b --size 3M --tag t\nlv_extend data --size +2M\nlv_rename data d\nlv_set d --add-tag x\n');
    assert.match(String(await b.run('batch', 'vg', edits, ...sim(b))), /vg: version 3 committed\n/);
    assert.match(String(await b.run('history', 'vg')), /^3 {2}20[\d: -]+ {2}[0-9a-f]{12} {2}1 copy.*\n2 .*\n1 .*\n$/);
    const diff = String(await b.run('diff', 'vg', '-1'))
      .split('\n')
      .map((line) => line.trim());
    assert.match(diff[0] ?? '', /^version 2 \(.*\) → version 3/);
    for (const line of [
      'volume "b": new (extents 3)',
      'volume "data": renamed to "d"',
      'volume "data": 10 → 12 extents',
      'volume "data": tags none → ["x"]',
    ])
      assert.ok(diff.includes(line), `${line}\n${diff.join('\n')}`);
    assert.match(String(await b.run('diff', 'vg', '3', 'current')), /nothing differs/);
    assert.match(String(await b.run('diff', 'vg', '1', 'current')), /volume "d": new/);
    assert.match(String(await b.run('rollback', 'vg', '2', '--dry-run', ...sim(b))), /\n- lvs\//);
    const done = String(await b.run('rollback', 'vg', '2', ...sim(b)));
    assert.match(done, /version 4 committed/);
    assert.match(done, /rename vg-d to vg-data/);
    assert.match(done, /remove vg-b/);
    assert.match(b.notes.join('\n'), /volume "b" is not in that version: it goes/);
    assert.match(String(await b.run('rollback', 'vg', '2', ...sim(b))), /already so/);
  }));

test('a failing step is in the trace with its error', () =>
  withBench(1, async (b) => {
    await made(b);
    const dir = join(b.dir, 'log');
    const e = await thrown<DvmError>(() => b.run('--trace', dir, 'create', 'vg/big', '--size', '1T', ...sim(b)));
    assert.is(e.code, 'no-space');
    const failed = readTrace(dir).find((r) => r.tool === 'lv_create');
    assert.is(failed?.exit, 82);
    assert.match(summarize(readTrace(dir)), /exit 82/);
  }));

test('doctor names what it looked at', async () => {
  const { output } = await invokeTraced(dvm, ['doctor', '--json'], { readInput: async () => Buffer.alloc(0), note: () => {} });
  const { findings } = outputDocument(output) as { findings: { what: string; state: string }[] };
  assert.is(findings.find((f) => f.what === 'runtime')?.state, 'ok');
  assert.ok(findings.some((f) => f.what === 'device-mapper'));
});

test.run();
