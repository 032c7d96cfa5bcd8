import { assert, suite, thrown } from '#test/support/check.js';
import { checkPrograms } from '#tm/config.js';
import { type CheckPrograms, checkMetadata, type Ended, runChecks } from '#tm/metadata-check.js';
import type { DvmError } from '#tool/errors.js';

/** What becomes of a pool whose check says this or that; on a real kernel: kernel/thin-repair. */
const test = suite('checks of metadata');
const programs: CheckPrograms = { check: ['thin_check', '-q'], repair: ['thin_repair'], seconds: 7 };
const repair = { kind: 'thin-pool' as const, name: 'vg-pool-tpool', device: 'new', repairFrom: 'old' };

/** Runs a repair whose programs end so, one after another. */
async function repaired(...ends: Ended[]): Promise<{ notes: string[]; calls: string[] }> {
  const [notes, calls]: [string[], string[]] = [[], []];
  const run = async (words: readonly string[], seconds: number): Promise<Ended> => {
    calls.push(`${words.join(' ')} for ${seconds}`);
    return ends.shift() ?? { code: 0, stderr: '' };
  };
  await checkMetadata(repair, programs, (line) => notes.push(line), run);
  return { notes, calls };
}

test('a repair reads the old, writes the new without a limit, and has it checked', async () => {
  const { calls } = await repaired();
  assert.equal(calls, ['thin_repair -i /dev/mapper/old -o /dev/mapper/new for 0', 'thin_check -q /dev/mapper/new for 7']);
});

test('a check that is late, or not there, keeps no pool down', async () => {
  const late = await repaired({ code: 0, stderr: '' }, { code: null, stderr: '', problem: 'late' });
  assert.match(late.notes.join(), /thin_check took longer than 7 s; going on without it/);
  const missing = await repaired({ code: 0, stderr: '' }, { code: null, stderr: '', problem: 'missing' });
  assert.match(missing.notes.join(), /"thin_check" is not on this machine; its metadata is not checked/);
});

test('what cannot be repaired stays as it is', async () => {
  const e = await thrown<DvmError>(() => repaired({ code: 1, stderr: 'bad superblock\nmore\n' }));
  assert.is(`${e.code} ${e.exitCode}`, 'repair-failed 84');
  assert.match(e.message, /could not be made anew: bad superblock$/);
  const missing = await thrown<DvmError>(() => repaired({ code: null, stderr: '', problem: 'missing' }));
  assert.match(missing.message, /"thin_repair" is not on this machine/);
  const damaged = await thrown<DvmError>(() => repaired({ code: 0, stderr: '' }, { code: 1, stderr: '' }));
  assert.match(damaged.message, /is damaged: it did not say why/);
});

test('what was brought up for a check goes down again, whatever it finds', async () => {
  const phases: string[] = [];
  const session = (exit: number) => ({
    run: async (phase: string) => ({ exit: phases.push(phase) > 0 && phase === 'check' ? exit : 0 }),
    end: async () => {},
  });
  const e = await thrown<DvmError>(() => runChecks(session(1), [repair], async () => {}));
  assert.is(e.code, 'check-failed');
  await thrown(() => runChecks(session(0), [repair], async () => Promise.reject(new Error('damaged'))));
  assert.equal(phases, ['check', 'uncheck', 'check', 'uncheck']);
});

test('skipped checks leave repairs as they are', () => {
  const { cache, 'thin-pool': thin } = checkPrograms({ thinCheck: { seconds: 3 } }, ['thin-pool']);
  assert.equal(thin, { check: [], repair: ['thin_repair'], seconds: 3 });
  assert.equal(cache, { check: ['cache_check', '-q'], repair: ['cache_repair'], seconds: 60 });
});

test.run();
