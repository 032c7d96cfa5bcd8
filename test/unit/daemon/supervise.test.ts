import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { remember } from '#daemon/left-behind.js';
import { type Program, Supervised } from '#daemon/supervise.js';
import { assert, suite, thrown } from '#test/support/check.js';
import { until } from '#test/support/dvs.js';
import { inTmp } from '#test/support/loop.js';
import type { DvmError } from '#tool/errors.js';

/** Programs that are kept running. */
const test = suite('supervise');

/** A shell script that says it is ready by a file. */
function withScript(
  script: string,
  work: (make: () => Supervised, log: string[], dir: string) => Promise<void>,
  patience = { start: 20_000, stop: 500 },
): Promise<void> {
  return inTmp(async (dir) => {
    const log: string[] = [];
    const made: Supervised[] = [];
    const ready = async () => existsSync(join(dir, 'ready'));
    const before = () => rmSync(join(dir, 'ready'), { force: true });
    const program: Program = { before, name: 'p', file: '/bin/sh', args: ['-c', script], directory: dir, ready, patience };
    const make = () => {
      const next = new Supervised(program, (_, event, facts) => log.push(`${event} ${JSON.stringify(facts)}`));
      made.push(next);
      return next;
    };
    try {
      await work(make, log, dir);
    } finally {
      for (const one of made) await one.stop();
    }
  });
}

const lines = (path: string): string[] => (existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []);

test('it is waited for, asked to end, and gone afterwards', () =>
  withScript('trap "echo ended > ended; exit 0" TERM; : > ready; while :; do sleep 0.05; done', async (make, log, dir) => {
    const one = make();
    await one.start();
    assert.ok(existsSync(join(dir, 'ready')));
    await one.stop();
    assert.equal([lines(join(dir, 'ended')), log, existsSync(join(dir, 'p.pid'))], [['ended'], [], false]);
    assert.throws(() => process.kill(one.pid as number, 0), /ESRCH/);
  }));

test('one that does not listen is killed', () =>
  withScript('trap "" TERM; : > ready; while :; do sleep 0.05; done', async (make) => {
    const one = make();
    await one.start();
    await one.stop();
    assert.throws(() => process.kill(one.pid as number, 0), /ESRCH/);
  }));

test('one that ends is started again, and it is told with its last words', () =>
  withScript(
    'echo x >> starts; : > ready; until [ -e go ]; do sleep 0.02; done; echo why >&2; [ $(wc -l < starts) -gt 2 ] || exit 3; exec sleep 60',
    async (make, log, dir) => {
      const one = make();
      await one.start();
      writeFileSync(join(dir, 'go'), '');
      await until(() => one.restarts === 2 && log.at(-1)?.startsWith('program-started') === true, 'it stays');
      assert.is(lines(join(dir, 'starts')).length, 3);
      assert.match(log[0] ?? '', /^program-ended .*"state":"ended with exit code 3","lastWords":"why\\n"/);
    },
  ));

test('one that is not ready when started again is tried again', () =>
  withScript('echo x >> starts; [ $(wc -l < starts) -eq 2 ] && exit 4; : > ready; exec sleep 60', async (make, log) => {
    const one = make();
    await one.start();
    process.kill(one.pid as number, 'SIGKILL');
    await until(() => log.some((l) => l.startsWith('program-started')), 'it is up again');
    assert.ok(
      log.some((l) => l.includes('program-not-ready') && l.includes('ended with exit code 4')),
      log.join('\n'),
    );
  }));

test('never ready: an error in time, and nothing is left', () =>
  withScript(
    'echo words >&2; exec sleep 60',
    async (make) => {
      const one = make();
      const e = await thrown<DvmError>(() => one.start());
      assert.equal([e.code, e.message], ['not-ready', '"p" was not ready after 300 ms']);
      assert.equal(e.details, { lastWords: 'words\n' });
      assert.throws(() => process.kill(one.pid as number, 0), /ESRCH/);
    },
    { start: 300, stop: 500 },
  ));

test('what an earlier supervisor left is ended first; a process that only has its number is not', () =>
  withScript(': > ready; exec sleep 60', async (make, _, dir) => {
    const left = spawn('sleep', ['60'], { stdio: 'ignore' });
    const gone = new Promise((done) => left.once('exit', (_, signal) => done(signal)));
    remember(dir, 'p', left.pid as number);
    const next = make();
    await next.start();
    assert.is(await gone, 'SIGTERM');
    await next.stop();
    writeFileSync(join(dir, 'p.pid'), `${process.pid} 1\n`);
    await make().start();
    process.kill(process.pid, 0);
  }));

test.run();
