import { spawnSync } from 'node:child_process';
import { sandboxMissing } from '#test/sandbox/missing.js';
import { guestTests } from '#test/sandbox/session.js';
import { assert, skipped, suite } from '#test/support/check.js';

/** Set when this file is started again, as a test file that goes wrong in this way. */
const SAMPLE = 'SANDBOX_SAMPLE';

const samples: Record<string, () => void> = {
  failing: () => sampleSuite(false).run(),
  'no run': () => void sampleSuite(true),
  'two guests': () => guestTests({}, () => sampleSuite(true).run()),
  killed: () => process.kill(process.pid, 'SIGKILL'),
  'guest dies': () => void spawnSync('sh', ['-c', 'echo o >/proc/sysrq-trigger; sleep 10']),
};

function sampleSuite(passes: boolean) {
  const sample = suite('sample');
  sample('one', () => assert.ok(passes));
  return sample;
}

function hostRun(sample: string) {
  return spawnSync(process.execPath, [process.argv[1] ?? ''], { env: { ...process.env, [SAMPLE]: sample }, encoding: 'utf8' });
}

function main(): void {
  const test = suite('sandbox: a test file that goes wrong in the guest fails on the host');
  const cases: [string, number, RegExp, RegExp?][] = [
    ['failing', 1, /Total:\s+1\n\s+Passed:\s+0\n/],
    ['no run', 1, /^guest: no total was printed; is \.run\(\) missing\?$/m],
    ['two guests', 1, /^guest: no total/m, /guestTests is called twice in one file/],
    ['killed', 137, /^guest: no total was printed/m],
    ['guest dies', 125, /^guest: the guest died$/m],
  ];
  for (const [sample, code, output, errors] of cases)
    test(sample, () => {
      const r = hostRun(sample);
      assert.is(r.status, code);
      assert.match(r.stdout, output);
      assert.match(r.stderr, errors ?? /^$/);
    });
  test.run();
}

const sample = process.env[SAMPLE];
const missing = sandboxMissing();
if (sample) guestTests({ env: { [SAMPLE]: sample } }, samples[sample] ?? assert.unreachable);
else if (missing) skipped(5, missing);
else main();
