import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StatePlan, StateResult, StateSummary } from '#states/documents/documents.js';
import { type NodeOptions, onThisNode } from '#states/run/on-this-node.js';
import { parseRecord } from '#states/run/record-lines.js';
import { secretDirectory } from '#states/run/secrets.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { inTmp } from '#test/support/loop.js';
import { runProcess } from '#test/support/process.js';
import { toolCommand } from '#test/support/runtime.js';
import { keyOf, piece, planOf } from '#test/support/state-plan.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('runs on a node');

function optionsIn(dir: string, more: Partial<NodeOptions> = {}): NodeOptions {
  const none = { secrets: undefined, modules: undefined, keys: undefined };
  const places = { record: join(dir, 'record'), locks: join(dir, 'locks') };
  return { check: false, resume: false, failhard: false, jobs: 2, wait: '0s', note: () => {}, ...none, ...places, ...more };
}

async function runs(plan: StatePlan, options: NodeOptions): Promise<(StateResult | StateSummary)[]> {
  const lines: (StateResult | StateSummary)[] = [];
  for await (const line of onThisNode(plan, options)) lines.push(line);
  return lines;
}

const results = (lines: readonly (StateResult | StateSummary)[]) =>
  lines.map((l) => (l.kind === 'state-result' ? `${l.key.split(':')[1]} ${l.result}` : `complete ${l.complete}`));
const code = async (work: () => unknown) => (await thrown<DvmError>(work)).code;

test('what was cut short is gone on with: what succeeded holds, what changed still counts', () =>
  inTmp(async (dir) => {
    const [log, gate] = [join(dir, 'log'), join(dir, 'gate')];
    const say = (name: string, requisites = {}) =>
      piece(name, requisites, { args: { shell: true, argv: ['sh', '-c', `echo ${name} >> ${log}`] } });
    const stops = piece('gate', { require: ['a'] }, { failhard: true, args: { argv: ['test', '-e', gate] } });
    const plan = planOf([say('a'), stops, say('b', { require: ['gate'], onchanges: ['a'] })]);
    assert.equal(results(await runs(plan, optionsIn(dir))), ['a succeeded', 'gate failed', 'b not-run', 'complete false']);
    writeFileSync(gate, '');
    const notes: string[] = [];
    const resumed = await runs(plan, optionsIn(dir, { resume: true, note: (line) => notes.push(line) }));
    assert.equal(results(resumed), ['gate succeeded', 'b succeeded', 'complete true']);
    assert.is(readFileSync(log, 'utf8'), 'a\nb\n');
    assert.is(await code(() => runs(plan, optionsIn(dir, { resume: true }))), 'nothing-to-resume');
  }));

test('a record with a torn end; a piece that was begun is run again, and said', () =>
  inTmp(async (dir) => {
    const plan = planOf([piece('true'), piece('echo b', { require: ['true'] })]);
    await runs(plan, optionsIn(dir));
    const path = join(dir, 'record/run.jsonl');
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, 3);
    writeFileSync(path, `${lines.join('\n')}\n`);
    appendFileSync(path, `{"kind":"state-begun","version":1,"pieces":["${keyOf('echo b')}"]}\n{"kind":"state-res`);
    const notes: string[] = [];
    assert.is(await code(() => runs(planOf([piece('true')]), optionsIn(dir, { resume: true }))), 'other-plan');
    const resumed = await runs(plan, optionsIn(dir, { resume: true, note: (line) => notes.push(line) }));
    assert.equal(results(resumed), ['echo b succeeded', 'complete true']);
    assert.equal(notes, [`"${keyOf('echo b')}" was cut short, and is run again`]);
    assert.is(parseRecord(readFileSync(path, 'utf8'), path).complete, true, 'what was torn is gone');
    writeFileSync(path, '');
    assert.is(await code(() => runs(plan, optionsIn(dir, { resume: true }))), 'empty-record');
    await runs(plan, optionsIn(dir, { note: (line) => notes.push(line) }));
    assert.match(notes.at(-1) ?? '', /^the record of the last run is damaged/);
  }));

test('a listener that has acted does not act again when the run is gone on with, and counts once', () =>
  inTmp(async (dir) => {
    const [log, path] = [join(dir, 'log'), join(dir, 'record/run.jsonl')];
    const say = (name: string, requisites = {}) =>
      piece(name, requisites, { args: { argv: ['sh', '-c', `echo ${name} >> ${log}`] } });
    const plan = planOf([say('a'), say('l', { listen: ['a'], require: ['a'] })]);
    const summary = (await runs(plan, optionsIn(dir))).at(-1) as StateSummary;
    assert.equal([summary.succeeded, summary.changed, readFileSync(log, 'utf8')], [2, 2, 'a\nl\nl\n']);
    writeFileSync(path, `${readFileSync(path, 'utf8').trim().split('\n').slice(0, -1).join('\n')}\n`);
    assert.equal(results(await runs(plan, optionsIn(dir, { resume: true }))), ['complete true']);
    assert.is(readFileSync(log, 'utf8'), 'a\nl\nl\n');
  }));

test('an output with a secret in it is not on record: who puts it out is run again', () =>
  inTmp(async (dir) => {
    mkdirSync(join(dir, 'secrets'));
    writeFileSync(join(dir, 'secrets/key'), 'hush-hush\n', { mode: 0o600 });
    const gate = join(dir, 'gate');
    const a = piece('a', {}, { args: { argv: ['echo', { $secret: 'key' }] } });
    const g = piece('gate', { require: ['a'] }, { failhard: true, args: { argv: ['test', '-e', gate] } });
    const b = piece(
      'b',
      { output: ['a'], require: ['gate'] },
      { args: { argv: ['test', { $output: { piece: keyOf('a'), path: ['stdout'] } }, '=', 'hush-hush'] } },
    );
    const plan = planOf([a, g, b]);
    const options = optionsIn(dir, { secrets: join(dir, 'secrets') });
    await runs(plan, options);
    writeFileSync(gate, '');
    assert.not.match(readFileSync(join(dir, 'record/run.jsonl'), 'utf8'), /hush/);
    assert.equal(results(await runs(plan, { ...options, resume: true })), [
      'a succeeded',
      'gate succeeded',
      'b succeeded',
      'complete true',
    ]);
  }));

test('secrets: only by name, only closed to others', () =>
  inTmp(async (dir) => {
    const source = secretDirectory(dir);
    writeFileSync(join(dir, 'open'), 'x', { mode: 0o644 });
    chmodSync(join(dir, 'open'), 0o644);
    assert.is(await code(() => source('open')), 'untrusted-secret');
    assert.is(await code(() => source('none')), 'no-secret');
    assert.is(await code(() => source('../etc/passwd')), 'bad-secret');
    assert.is(await code(() => secretDirectory(undefined)('x')), 'no-secret');
  }));

test('nothing runs twice at once on a node', () =>
  inTmp(async (dir) => {
    const first = onThisNode(planOf([piece('sleep 0.5')]), optionsIn(dir));
    const line = first.next();
    assert.is(await code(() => runs(planOf([piece('true')]), optionsIn(dir))), 'busy');
    assert.is((await runs(planOf([piece('true')]), optionsIn(dir, { check: true }))).length, 2, 'a check may');
    await line;
    for await (const _ of first);
    assert.is((await runs(planOf([piece('true')]), optionsIn(dir, { wait: '5s' }))).length, 2);
    assert.is(await code(() => runs(planOf([]), optionsIn(dir, { check: true, resume: true }))), 'bad-option');
    writeFileSync(join(dir, 'file'), '');
    assert.is(await code(() => runs(planOf([]), optionsIn(dir, { record: join(dir, 'file/x') }))), 'no-record');
  }));

test('the reader goes: what runs is ended before another run may begin', () =>
  inTmp(async (dir) => {
    const pid = join(dir, 'pid');
    const long = piece('x', {}, { args: { argv: ['sh', '-c', `echo $$ > ${pid}; exec sleep 60`] } });
    const waits = piece('y', {}, { args: { argv: ['sh', '-c', `until test -s ${pid}; do sleep 0.02; done`] } });
    for await (const _ of onThisNode(planOf([long, waits, piece('z', { require: ['x'] })]), optionsIn(dir))) break;
    assert.is(existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}`), false);
    assert.match(readFileSync(join(dir, 'record/run.jsonl'), 'utf8'), /"key":"cmd.run:z:z".*"result":"not-run"/);
    assert.is((await runs(planOf([piece('true')]), optionsIn(dir))).length, 2);
  }));

test('--failhard: every failure ends it; a module that is not there', () =>
  inTmp(async (dir) => {
    const plan = planOf([piece('x', {}, { module: 'nonesuch' }), piece('echo b', { onfail: ['x'] })]);
    const lines = await runs(plan, optionsIn(dir, { failhard: true }));
    assert.equal(results(lines), ['x failed', 'echo b not-run', 'complete false']);
    assert.match((lines[0] as StateResult).comment, /there is no module "nonesuch"/);
  }));

test('the tool: a line as it happens, failure in its exit code, SIGTERM ends it with a summary', () =>
  inTmp(async (dir) => {
    const [file, ...before] = toolCommand('state');
    const words = [...before, 'run', '--record', join(dir, 'record'), '--wait', '30s'];
    const bad = await runProcess(file, words, { input: JSON.stringify(planOf([piece('false')])) });
    assert.equal([bad.code, JSON.parse(bad.stderr).code, bad.stdout.trim().split('\n').length], [90, 'states-failed', 2]);
    const text = await runProcess(file, [...words, '--format', 'text'], { input: JSON.stringify(planOf([piece('true')])) });
    assert.match(text.stdout, /^\* cmd.run:true:true {2}the command ended with 0\n1 succeeded, 1 changed in 0\.\d s\n$/);
    const mark = join(dir, 'mark');
    const long = planOf([
      piece('x', {}, { args: { argv: ['sh', '-c', `touch ${mark}; sleep 60`] } }),
      piece('y', { require: ['x'] }),
    ]);
    const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stdin.end(JSON.stringify(long));
    const over = new Promise((done) => child.on('close', done));
    while (!existsSync(mark)) await new Promise((done) => setTimeout(done, 20));
    child.kill('SIGTERM');
    assert.is(await over, 90);
    assert.is(JSON.parse(out.trim().split('\n').at(-1) ?? '').complete, false);
    const zero = await runProcess(file, [...words, '--jobs', '0'], { input: '' });
    assert.is(zero.code, 64);
  }));

test.run();
