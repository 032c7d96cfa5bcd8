import { writeFileSync } from 'node:fs';
import type { Executor } from '#dm/executor.js';
import { holdSignals } from '#dm/memory.js';
import { runChecked } from '#dm/program/machine.js';
import { lines, session } from '#dm/session.js';
import { SimKernel } from '#dm/sim/sim-kernel.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { emptyState, phases, plan, results, world } from '#test/support/dmexec-world.js';
import type { DvmError } from '#tool/errors.js';

const test = suite('dmexec sessions');

test('a session obeys one command a line and ends with its input', () => {
  world(emptyState, ({ dmexec, path }) => {
    writeFileSync(path('plan.json'), JSON.stringify(plan));
    const { code, out } = dmexec(['--session', path('plan.json')], 'phase1\n\nphase2\nabort');
    assert.equal(
      results(out).map((r) => [r.phase, r.exit]),
      [
        ['phase1', 0],
        ['phase2', 7],
        ['abort', 0],
      ],
    );
    assert.is(code, 0);
    assert.equal(results(dmexec(['--session', path('plan.json')], 'phase1\nend\nabort\n').out).length, 1);
    const bad = dmexec(['--session', path('plan.json')], 'phase9\n');
    assert.equal([bad.code, bad.error?.code], [64, 'bad-command']);
  });
});

test('a session ends after a phase in which a signal came', async () => {
  let closed = false;
  const kernel = new SimKernel({ kind: 'sim-kernel', version: 1, backing: {}, devices: {} });
  const executor: Executor = {
    run: async (program, phase) => ({ result: runChecked(program, kernel, phase ? { phase } : {}), signals: ['SIGTERM'] }),
    close: () => {
      closed = true;
    },
  };
  const answers: unknown[] = [];
  for await (const result of session(phases, executor, commands('abort', 'phase1'))) answers.push(result.phase);
  assert.equal(answers, ['abort']);
  assert.ok(closed);
});

async function* commands(...words: string[]): AsyncGenerator<string> {
  yield* words;
}

test('lines are cut wherever the chunks end', async () => {
  const chunks = async function* () {
    for (const part of ['pha', 'se1\n\n en', 'd \nx']) yield Buffer.from(part);
  };
  const seen: string[] = [];
  for await (const line of lines(chunks())) seen.push(line);
  assert.equal(seen, ['phase1', 'end', 'x']);
});

test('signals are held while a program runs, and told of', async () => {
  const { value, signals } = await holdSignals(() => {
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) process.kill(process.pid, signal);
    return 5;
  });
  assert.is(value, 5);
  assert.equal(signals.sort(), ['SIGHUP', 'SIGINT', 'SIGTERM']);
  assert.is(process.listenerCount('SIGTERM'), 0);
  await thrown<DvmError>(() =>
    holdSignals(() => {
      throw new Error('defect');
    }),
  );
  assert.is(process.listenerCount('SIGTERM'), 0);
});

test.run();
